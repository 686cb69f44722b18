/* A tile of queries from its points to its field, log-partition and entropy. Tiles do not see each other, so the
 * results are the same bits for any number of threads. */
#ifndef MEANFIELD_RUN_TILE_H
#define MEANFIELD_RUN_TILE_H

#include "fused.h"
#include "numbers.h"

#define TILE_NAME multiply_wide
#define TILE_REAL double
#define TILE_VECTOR wide
#include "tile.h"
#undef TILE_NAME
#undef TILE_REAL
#undef TILE_VECTOR

static const double LOG2 = 0.6931471805599453;
/* Scores (log2) whose exponentials, and sums of 2^40 of them, stay in range without a running maximum. */
#ifdef MEANFIELD_F32
static const double BOUNDED = 64;
#else
static const double BOUNDED = 512;
#endif

/* The parts of a thread's memory. */
struct scratch {
  double *points, *mapped;
  real *q, *weights;
};

INLINE int64_t padded_dimension(int32_t d) { return (d + ROWS - 1) / ROWS * ROWS; }

static int64_t scratch_bytes(int32_t d) {
  const int64_t doubles = 2 * padded_dimension(d) * TILE;
  return doubles * 8 + ((int64_t)d + BLOCK) * TILE * (int64_t)sizeof(real);
}

static struct scratch divide(void *memory, int32_t d) {
  const int64_t length = padded_dimension(d) * TILE;
  double *points = memory;
  real *q = (real *)(points + 2 * length);
  return (struct scratch){points, points + length, q, q + (int64_t)d * TILE};
}

/* out[a][lane] = Σ_b m[a][b] in[b][lane], m in panels of ROWS rows. */
static void map_lanes(const double *panels, const double *in, int64_t d, double *out) {
  for (int64_t a = 0; a < d; a += ROWS) {
    for (int64_t lane = 0; lane < TILE; lane += GROUPS * WIDE_WIDTH) {
      wide sums[ROWS][GROUPS] = {{{0}}};
      multiply_wide(panels + a * d, 1, ROWS, in + lane, TILE, d, GROUPS, sums);
      for (int r = 0; r < ROWS; r++) memcpy(out + (a + r) * TILE + lane, sums[r], sizeof sums[r]);
    }
  }
}

/* The queries of a tile, one per lane, times a multiple of the identity and the scale. */
INLINE void scale_queries(const struct job *job, int64_t d, int64_t start, int count, real *q) {
  const double *points = job->points + start * d;
  for (int64_t l = 0; l < count; l++) {
    for (int64_t c = 0; c < d; c++) q[c * TILE + l] = (real)(job->scale * (job->map_factor * points[l * d + c]));
  }
  for (int64_t l = count; l < TILE; l++) {
    for (int64_t c = 0; c < d; c++) q[c * TILE + l] = 0;
  }
}

static void prepare_scaled(const struct job *job, int64_t start, int count, real *q) {
  switch (job->d) {
    case 1: scale_queries(job, 1, start, count, q); break;
    case 2: scale_queries(job, 2, start, count, q); break;
    case 3: scale_queries(job, 3, start, count, q); break;
    case 4: scale_queries(job, 4, start, count, q); break;
    default: scale_queries(job, job->d, start, count, q);
  }
}

/* The queries of a tile, one per lane, times the map and the scale. Returns the greatest norm. */
static double prepare_queries(const struct job *job, int64_t start, int count, struct scratch *scratch) {
  const int64_t d = job->d;
  for (int64_t c = 0; c < d; c++) {
    double *row = scratch->points + c * TILE;
    for (int l = 0; l < count; l++) row[l] = job->points[(start + l) * d + c];
    for (int l = count; l < TILE; l++) row[l] = 0;
  }
  const double *mapped = scratch->points;
  if (job->map != NULL) {
    map_lanes(job->map, scratch->points, d, scratch->mapped);
    mapped = scratch->mapped;
  }
  double square[TILE] = {0}, greatest = 0;
  for (int64_t c = 0; c < d; c++) {
    for (int l = 0; l < TILE; l++) {
      const double x = job->scale * (job->map == NULL ? job->map_factor * mapped[c * TILE + l] : mapped[c * TILE + l]);
      square[l] += x * x;
      scratch->q[c * TILE + l] = (real)x;
    }
  }
  for (int l = 0; l < count; l++) greatest = square[l] > greatest ? square[l] : greatest;
  return sqrt(greatest);
}

/* What all queries of a tile see together, and what each of them sees. */
struct view {
  int64_t first, last, inner_first, inner_last;
  struct sight sight;
};

static void look(const struct job *job, int64_t start, int count, struct view *view) {
  const int64_t keys = job->keys->count;
  *view = (struct view){.first = 0, .last = keys, .inner_first = 0, .inner_last = keys};
  if (job->from == NULL) return;
  view->first = view->inner_last = keys;
  view->last = 0;
  for (int l = 0; l < TILE; l++) {
    const int64_t from = l < count ? job->from[start + l] : 0, to = l < count ? job->to[start + l] : 0;
    view->sight.from[l / WIDTH][l % WIDTH] = (real)from;
    view->sight.to[l / WIDTH][l % WIDTH] = (real)to;
    if (l >= count) continue;
    if (from < view->first) view->first = from;
    if (to > view->last) view->last = to;
    if (from > view->inner_first) view->inner_first = from;
    if (to < view->inner_last) view->inner_last = to;
  }
}

/* The part of one block that the tile sees; whole panels unless the keys are taken one by one. */
static struct block block_at(const struct view *view, int64_t keys, int64_t start, int64_t panel) {
  const int64_t least = view->first / panel * panel;
  const int64_t end = start + BLOCK < view->last ? start + BLOCK : view->last;
  struct block block = {start > least ? start : least, (end + panel - 1) / panel * panel, 0};
  block.masked = block.first < view->inner_first || (view->inner_last < keys && block.last > view->inner_last);
  return block;
}

static void sum_keys(const struct job *job, const struct view *view, int bounded, int vectors,
                     const struct scratch *scratch, struct sums *sums) {
  const int fused = bounded && job->operation == EXP && job->d <= FUSED_DIMENSION;
  const int moments = job->entropy != NULL && job->operation != EXP;
  for (int64_t start = view->first / BLOCK * BLOCK; start < view->last; start += BLOCK) {
    const struct block block = block_at(view, job->keys->count, start, fused ? 1 : ROWS);
    if (fused) {
      fused_block(job, &view->sight, &block, scratch->q, vectors, sums);
      continue;
    }
    if (bounded) weigh_block(job, &view->sight, &block, scratch->q, scratch->weights, sums);
    else stream_block(job, &view->sight, &block, scratch->q, scratch->weights, sums, job->field ? job->d : 0);
    if (moments) add_moments(&block, scratch->weights, sums);
    if (job->field != NULL) gather_block(job, &block, scratch->weights, sums);
  }
}

INLINE void write_rows(const struct job *job, int64_t d, int64_t start, int count, const double *scale,
                       const double *mean) {
  const int add = job->perceptron || job->heads_before > 0;
  const double factor = job->value == NULL ? job->value_factor : 1;
  double *field = job->field + start * d;
  for (int64_t l = 0; l < count; l++) {
    for (int64_t a = 0; a < d; a++) {
      const double x = scale[l] * (factor * mean[a * TILE + l]);
      /* Not fused, for the bits of stacked.h, which adds apart. */
      field[l * d + a] = add ? field[l * d + a] + rounded(x) : x;
    }
  }
}

static void write_field(const struct job *job, int64_t start, int count, const double *scale, const double *mean) {
  switch (job->d) {
    case 1: write_rows(job, 1, start, count, scale, mean); break;
    case 2: write_rows(job, 2, start, count, scale, mean); break;
    case 3: write_rows(job, 3, start, count, scale, mean); break;
    case 4: write_rows(job, 4, start, count, scale, mean); break;
    default: write_rows(job, job->d, start, count, scale, mean);
  }
}

static void finish(const struct job *job, int64_t start, int count, int bounded, const struct scratch *scratch,
                   const struct sums *sums) {
  double scale[TILE];
  const int plain = job->normalised && !job->perceptron && job->log_partition == NULL && job->entropy == NULL;
  for (int l = 0; plain && l < TILE; l++) scale[l] = 1 / sums->total[l];
  for (int l = 0; !plain && l < count; l++) {
    const int64_t i = start + l;
    const double total = sums->total[l];
    double unit = job->query_constant + (bounded ? 0 : LOG2 * sums->shift[l]) + job->keys->offset;
    if (job->query_gram != NULL) {
      unit += job->query_gram_factor * quadratic_form(job->query_gram, job->points + i * job->d, job->d);
    }
    if (job->decay != 0) unit -= job->decay * job->positions[i];
    scale[l] = job->perceptron ? job->factor : job->normalised ? 1 / total : exp(unit);
    if (job->log_partition != NULL) job->log_partition[i] = unit + log(total);
    if (job->entropy != NULL) job->entropy[i] = log(total) - LOG2 * sums->moment[l] / total;
  }
  if (job->field == NULL) return;
  const double *mean = sums->mean;
  if (job->value != NULL) {
    map_lanes(job->value, sums->mean, job->d, scratch->mapped);
    mean = scratch->mapped;
  }
  write_field(job, start, count, scale, mean);
}

static void clear_sums(const struct job *job, const struct scratch *scratch, struct sums *sums) {
  sums->mean = scratch->points;
  memset(sums->total, 0, sizeof sums->total);
  memset(sums->moment, 0, sizeof sums->moment);
  for (int l = 0; l < TILE; l++) sums->shift[l] = HIDDEN;
  if (job->field != NULL) memset(sums->mean, 0, padded_dimension(job->d) * TILE * sizeof(double));
}

static void run_tile(const struct job *job, int32_t tile, void *memory) {
  struct scratch scratch = divide(memory, job->d);
  const int64_t start = (int64_t)tile * TILE;
  const int count = job->queries - start < TILE ? (int)(job->queries - start) : TILE;
  int bounded = job->bounded || job->operation != EXP;
  if (bounded && job->map == NULL) {
    prepare_scaled(job, start, count, scratch.q);
  } else {
    const double norm = prepare_queries(job, start, count, &scratch);
    /* Entropies are differences of two large numbers unless weights are relative to the maximum. */
    bounded = bounded || (job->entropy == NULL && norm * job->keys->norm - job->keys->lowest <= BOUNDED);
  }
  struct view view;
  look(job, start, count, &view);
  struct sums sums;
  clear_sums(job, &scratch, &sums);
  sum_keys(job, &view, bounded, (count + WIDTH - 1) / WIDTH, &scratch, &sums);
  finish(job, start, count, bounded, &scratch, &sums);
}

#endif
