/* What attend.c and the compiled variants (variant.c) agree on. Everything is prepared by the caller; see attend.c. */
#ifndef MEANFIELD_FIELD_H
#define MEANFIELD_FIELD_H

#include <stdint.h>

/* How a score becomes a weight; scores of EXP, SIGMOID, SILU are in units of log 2, of TANH in half of that. */
enum operation { EXP, SIGMOID, LINEAR, RELU, TANH, SILU };

enum {
  /* Keys of one block: sums in the kernel's precision reach over one block, across blocks they are double. */
  BLOCK = 128,
};

/* The keys of one system, packed for a variant; reals of that variant behind the void pointers. */
struct keys {
  int64_t count;   /* keys of positive mass */
  void *panels;    /* [ceil(count/ROWS)][d][ROWS] */
  void *values;    /* [ceil(count/BLOCK)][ceil(d/ROWS)][BLOCK][ROWS] */
  const void *rows; /* [count][d], for the fused loop; the points themselves where they are reals */
  void *bias;      /* [padded] score bias, at most 0 for EXP */
  void *mass;      /* [padded] factor of every operation but EXP */
  double norm;     /* max |k| */
  double lowest;   /* least bias */
  double offset;   /* what was subtracted from every bias of EXP, natural units */
};

/* One head, or one perceptron layer, over one system. */
struct job {
  enum operation operation;
  int32_t d, queries, heads, heads_before, normalised;
  const struct keys *keys;
  const double *points;      /* [queries][d] */
  double scale;              /* of the scores before A */
  int32_t bounded;           /* whether every score is known to lie within the variant's bound */
  double score_unit;         /* factor from scores of the kernel's unit to nats (log 2), or 1 */
  const double *map;         /* A in panels, or NULL for the identity times map_factor */
  const double *value;       /* V in panels, or NULL for the identity times value_factor */
  double map_factor, value_factor;
  double query_constant;     /* nats added to the log unit of every query */
  const double *query_gram;  /* gaussian: QᵀQ; NULL otherwise */
  double query_gram_factor;  /* -beta */
  double decay;              /* nats per unit of position */
  const double *positions;   /* of the queries, where decay is not 0 */
  const int32_t *from, *to;  /* keys seen, [queries]; NULL when dense */
  double factor;             /* out += factor * mean, perceptron; ignored for attention */
  int32_t perceptron;
  double *field, *log_partition, *entropy; /* NULL when not wanted */
};

/* Bytes one thread needs to work on a tile. */
typedef int64_t scratch_bytes_fn(int32_t d);
/* One tile of queries: from tile*TILE on. */
typedef void run_tile_fn(const struct job *job, int32_t tile, void *scratch);
/* Bytes one thread needs to work on `width` systems of n tokens side by side, and that work. */
typedef int64_t stack_bytes_fn(int32_t d, int32_t n);
typedef void run_stack_fn(const struct job *job, int32_t systems, void *scratch);
/* Bytes one thread needs to work on a small system of n tokens, 0 where n or d are not for it; and that work. */
typedef int64_t small_bytes_fn(int32_t d, int32_t n);
typedef void run_small_fn(const struct job *job, void *scratch);
/* out = a*b for ROWS-panels of a and TILE-panels of b, both with k terms; accumulates when asked. */
typedef void product_fn(const double *a, const double *b, int64_t k, double *out, int64_t stride, int32_t rows,
                        int32_t columns, int32_t accumulate);
/* The same for ROWS rows of a, k columns wide, and `columns` columns of b, of `stride` as out, that need no packing. */
typedef void product_in_place_fn(const double *a, const double *b, int64_t k, double *out, int64_t stride,
                                 int32_t columns);
/* Best of the machine: `repeats` runs of a loop over registers; returns a number that depends on all of them. */
typedef double roofline_fn(int64_t repeats);
/* Packs keys for the tiles, where there is room for them: panels, and values, which are the points where NULL. */
typedef void pack_fn(struct keys *keys, int32_t d, const double *points, const double *values, const int32_t *kept);
/* Rows for the fused loop into `room`, unless they need no packing. */
typedef void pack_rows_fn(struct keys *keys, int32_t d, const double *points, const int32_t *kept, void *room);
/* Biases, and masses, which may be NULL; padded with keys of no weight. */
typedef void pack_weights_fn(struct keys *keys, const double *bias, const double *mass);

/* Greatest |x|; infinity where an entry is not finite. */
typedef double greatest_fn(const double *x, int64_t n);

struct variant {
  int32_t rows, tile, width, real_bytes;
  int32_t fused_dimension; /* up to this dimension tiles of bounded scores run fused */
  scratch_bytes_fn *scratch_bytes;
  run_tile_fn *run_tile;
  stack_bytes_fn *stack_bytes;
  run_stack_fn *run_stack;
  small_bytes_fn *small_bytes;
  run_small_fn *run_small;
  pack_fn *pack;
  pack_rows_fn *pack_rows;
  pack_weights_fn *pack_weights;
  greatest_fn *greatest;
  double bound; /* on scores (log2) that need no running maximum */
  /* double only */
  product_fn *product;
  product_in_place_fn *product_in_place;
  roofline_fn *exp_roofline, *fma_roofline;
};

#endif
