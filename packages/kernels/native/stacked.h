/* Small systems of an ensemble side by side: one system per lane, so that no lane idles, whatever the number of tokens.
 * Every lane does what fused.h does for its system, in the same order, so a system has the same bits either way. */
#ifndef MEANFIELD_STACKED_H
#define MEANFIELD_STACKED_H

#include "fused.h"

/* Queries by keys, or by coordinates, of one block of products: as many sums as 32 or 16 registers allow. */
enum { SQUARE = ROWS == 8 ? 4 : 2 };

/* Queries whose field is kept until it is stored: a multiple of every number that is computed together, and of
 * WIDE_WIDTH, few enough to stay in the cache. */
INLINE int64_t together(int32_t d) { return d <= FUSED_DIMENSION ? 48 : 8; }

/* n tokens of WIDTH systems: keys and queries [n*d][WIDTH], field [together*d][WIDTH], weights [SQUARE][BLOCK][WIDTH]. */
struct stack {
  double *field;
  real *keys, *queries, *weights;
  int systems;
  /* The logarithm and the size of what all weights have in common. */
  double unit, common;
};

static int64_t stack_bytes(int32_t d, int32_t n) {
  const int64_t reals = 2 * (int64_t)n * d + SQUARE * BLOCK;
  return WIDTH * (reals * (int64_t)sizeof(real) + together(d) * d * (int64_t)sizeof(double));
}

#if VECTOR_BYTES == 64
#define LOW1 0, 8, 2, 10, 4, 12, 6, 14
#define HIGH1 1, 9, 3, 11, 5, 13, 7, 15
#define LOW2 0, 1, 8, 9, 4, 5, 12, 13
#define HIGH2 2, 3, 10, 11, 6, 7, 14, 15
#define LOW4 0, 1, 2, 3, 8, 9, 10, 11
#define HIGH4 4, 5, 6, 7, 12, 13, 14, 15
#elif VECTOR_BYTES == 32
#define LOW1 0, 4, 2, 6
#define HIGH1 1, 5, 3, 7
#define LOW2 0, 1, 4, 5
#define HIGH2 2, 3, 6, 7
#else
#define LOW1 0, 2
#define HIGH1 1, 3
#endif

/* Rows r and r + step change places in every other block of `step` columns. */
#define EXCHANGE(step, low, high)                                          \
  for (int r = 0; r < WIDE_WIDTH; r++) {                                   \
    if (r & step) continue;                                                \
    const wide a = rows[r], b = rows[r + step];                            \
    rows[r] = __builtin_shufflevector(a, b, low);                          \
    rows[r + step] = __builtin_shufflevector(a, b, high);                  \
  }

/* Rows become columns. */
INLINE void transpose(wide rows[WIDE_WIDTH]) {
  EXCHANGE(1, LOW1, HIGH1)
#if VECTOR_BYTES >= 32
  EXCHANGE(2, LOW2, HIGH2)
#endif
#if VECTOR_BYTES == 64
  EXCHANGE(4, LOW4, HIGH4)
#endif
}

enum { PARTS = WIDTH / WIDE_WIDTH };
typedef real part __attribute__((vector_size(VECTOR_BYTES / PARTS)));

INLINE vector narrow_lanes(const wide lanes[PARTS]) {
  part narrow[PARTS];
  for (int h = 0; h < PARTS; h++) narrow[h] = __builtin_convertvector(lanes[h], part);
  vector v;
  memcpy(&v, narrow, sizeof v);
  return v;
}

INLINE void widen_lanes(vector v, wide lanes[PARTS]) {
  part narrow[PARTS];
  memcpy(narrow, &v, sizeof v);
  for (int h = 0; h < PARTS; h++) lanes[h] = __builtin_convertvector(narrow[h], wide);
}

/* `present` numbers from number e of `size` of each system into lanes; lanes without a system repeat the last. */
INLINE void load_lanes(const struct job *job, int64_t size, int64_t e, int present, const struct stack *stack) {
  wide block[WIDE_WIDTH][PARTS];
  for (int h = 0; h < PARTS; h++) {
    wide rows[WIDE_WIDTH] = {{0}};
    for (int s = 0; s < WIDE_WIDTH; s++) {
      const int last = stack->systems - 1, system = h * WIDE_WIDTH + s < last ? h * WIDE_WIDTH + s : last;
      memcpy(&rows[s], job->points + system * size + e, (size_t)present * sizeof(double));
    }
    transpose(rows);
    for (int k = 0; k < WIDE_WIDTH; k++) block[k][h] = rows[k];
  }
  for (int k = 0; k < present; k++) {
    store(stack->keys + (e + k) * WIDTH, narrow_lanes(block[k]));
    for (int h = 0; h < PARTS; h++) block[k][h] = job->scale * (job->map_factor * block[k][h]);
    store(stack->queries + (e + k) * WIDTH, narrow_lanes(block[k]));
  }
}

static void load_stack(const struct job *job, const struct stack *stack) {
  const int64_t size = (int64_t)job->queries * job->d;
  int64_t e = 0;
  for (; e + WIDE_WIDTH <= size; e += WIDE_WIDTH) load_lanes(job, size, e, WIDE_WIDTH, stack);
  if (e < size) load_lanes(job, size, e, (int)(size - e), stack);
}

/* Numbers from + e … of every system's field. */
INLINE void store_lanes(const struct job *job, const struct stack *stack, int64_t from, int64_t e, int present) {
  const int64_t size = (int64_t)job->queries * job->d;
  for (int first = 0; first < stack->systems; first += WIDE_WIDTH) {
    wide rows[WIDE_WIDTH] = {{0}};
    for (int k = 0; k < present; k++) memcpy(&rows[k], stack->field + (e + k) * WIDTH + first, sizeof rows[k]);
    transpose(rows);
    for (int s = 0; s < WIDE_WIDTH && first + s < stack->systems; s++) {
      double *out = job->field + (first + s) * size + from + e;
      wide before = {0};
      if (job->heads_before > 0) memcpy(&before, out, (size_t)present * sizeof(double));
      if (job->heads_before > 0) rows[s] += before;
      memcpy(out, &rows[s], (size_t)present * sizeof(double));
    }
  }
}

/* The field of `queries` queries from query i on. */
static void store_stack(const struct job *job, const struct stack *stack, int64_t i, int64_t queries) {
  const int64_t from = i * job->d, length = queries * job->d;
  int64_t e = 0;
  for (; e + WIDE_WIDTH <= length; e += WIDE_WIDTH) store_lanes(job, stack, from, e, WIDE_WIDTH);
  if (e < length) store_lanes(job, stack, from, e, (int)(length - e));
}

/* Coordinates c … c + coordinates − 1 of the field of one query of every system, and with the first its log-partition. */
INLINE void finish_lanes(int64_t c, int coordinates, const struct job *job, const struct stack *stack, int64_t i,
                         vector total, const vector *mean) {
  wide scale[PARTS], sum[PARTS];
  widen_lanes(total, scale);
  for (int h = 0; h < PARTS; h++) scale[h] = job->normalised ? 1 / scale[h] : stack->common - (wide){0};
  for (int b = 0; b < coordinates; b++) {
    widen_lanes(mean[b], sum);
    /* 0 + x as where sums are double: −0 becomes 0. */
    for (int h = 0; h < PARTS; h++) sum[h] = scale[h] * (job->value_factor * (0.0 + sum[h]));
    memcpy(stack->field + (i % together(job->d) * job->d + c + b) * WIDTH, sum, sizeof sum);
  }
  if (c > 0 || job->log_partition == NULL) return;
  const int64_t step = (int64_t)job->heads * job->queries;
  for (int l = 0; l < stack->systems; l++) job->log_partition[l * step + i] = stack->unit + log((double)total[l]);
}

INLINE vector stacked_score(int d, real bias, const real *key, vector query[FUSED_DIMENSION][GROUPS], int g) {
  vector s = splat(bias);
  for (int c = 0; c < d; c++) s += load(key + c * WIDTH) * query[c][g];
  return s;
}

/* `count` queries of every system against all its keys. */
INLINE void stack_queries(int d, int count, const struct job *job, const struct stack *stack, int64_t i) {
  const int64_t n = job->queries, step = (int64_t)d * WIDTH;
  const real *bias = job->keys->bias;
  vector query[FUSED_DIMENSION][GROUPS], total[GROUPS] = {{0}}, mean[GROUPS][FUSED_DIMENSION] = {{{0}}}, next[GROUPS];
  for (int g = 0; g < count; g++) {
    for (int c = 0; c < d; c++) query[c][g] = load(stack->queries + (i + g) * step + c * WIDTH);
    next[g] = stacked_score(d, bias[0], stack->keys, query, g);
  }
  for (int64_t j = 0; j < n; j++) {
    const real *key = stack->keys + j * step;
    const int64_t ahead = j + 1 < n ? j + 1 : j;
    vector p[GROUPS];
    for (int g = 0; g < count; g++) p[g] = exp2_vector(next[g]);
    for (int g = 0; g < count; g++) next[g] = stacked_score(d, bias[ahead], stack->keys + ahead * step, query, g);
    for (int g = 0; g < count; g++) {
      total[g] += p[g];
      for (int c = 0; c < d; c++) mean[g][c] += load(key + c * WIDTH) * p[g];
    }
  }
  for (int g = 0; g < count; g++) finish_lanes(0, d, job, stack, i + g, total[g], mean[g]);
}

/* Queries i … end − 1. */
INLINE void stack_fused(int d, const struct job *job, const struct stack *stack, int64_t i, int64_t end) {
  if (VECTOR_BYTES == 64) {
    for (; i + GROUPS <= end; i += GROUPS) stack_queries(d, GROUPS, job, stack, i);
    if (i + 2 <= end) {
      stack_queries(d, 2, job, stack, i);
      i += 2;
    }
  }
  for (; i < end; i++) stack_queries(d, 1, job, stack, i);
}

/* Sums that have left the registers: compilers keep an array there only if all loops over it are short. */
INLINE void copy_square(vector sums[SQUARE][SQUARE], vector copy[SQUARE][SQUARE]) {
  for (int a = 0; a < SQUARE; a++) {
    for (int b = 0; b < SQUARE; b++) copy[a][b] = sums[a][b];
  }
}

/* Weights of `queries` queries, from query i on, for keys j … j + keys − 1. */
INLINE void stack_weights(int queries, int keys, const struct job *job, const struct stack *stack, int64_t i, int64_t j,
                          vector total[SQUARE]) {
  const int64_t step = (int64_t)job->d * WIDTH;
  const real *bias = job->keys->bias, *q = stack->queries + i * step, *k = stack->keys + j * step;
  vector s[SQUARE][SQUARE] = {{{0}}}, scores[SQUARE][SQUARE];
  for (int a = 0; a < queries; a++) {
    for (int b = 0; b < keys; b++) s[a][b] = splat(bias[j + b]);
  }
  for (int64_t c = 0; c < step; c += WIDTH) {
    for (int b = 0; b < keys; b++) {
      const vector key = load(k + b * step + c);
      for (int a = 0; a < queries; a++) s[a][b] += key * load(q + a * step + c);
    }
  }
  copy_square(s, scores);
  for (int a = 0; a < queries; a++) {
    for (int b = 0; b < keys; b++) {
      const vector p = exp2_vector(scores[a][b]);
      total[a] += p;
      store(stack->weights + (a * BLOCK + j + b) * WIDTH, p);
    }
  }
}

/* Coordinates c … c + coordinates − 1 of the means of those queries. */
INLINE void stack_means(int queries, int coordinates, const struct job *job, const struct stack *stack, int64_t i,
                        int64_t c, const vector total[SQUARE]) {
  const int64_t step = (int64_t)job->d * WIDTH;
  vector mean[SQUARE][SQUARE] = {{{0}}}, means[SQUARE][SQUARE];
  for (int64_t j = 0; j < job->queries; j++) {
    for (int b = 0; b < coordinates; b++) {
      const vector key = load(stack->keys + j * step + (c + b) * WIDTH);
      for (int a = 0; a < queries; a++) mean[a][b] += key * load(stack->weights + (a * BLOCK + j) * WIDTH);
    }
  }
  copy_square(mean, means);
  for (int a = 0; a < queries; a++) finish_lanes(c, coordinates, job, stack, i + a, total[a], means[a]);
}

/* `queries` queries of every system in two stages, for d where one does not fit the registers. */
INLINE void stack_staged(int queries, const struct job *job, const struct stack *stack, int64_t i) {
  vector total[SQUARE] = {{0}};
  int64_t j = 0, c = 0;
  for (; j + SQUARE <= job->queries; j += SQUARE) stack_weights(queries, SQUARE, job, stack, i, j, total);
  for (; j < job->queries; j++) stack_weights(queries, 1, job, stack, i, j, total);
  for (; c + SQUARE <= job->d; c += SQUARE) stack_means(queries, SQUARE, job, stack, i, c, total);
  for (; c < job->d; c++) stack_means(queries, 1, job, stack, i, c, total);
}

static __attribute__((noinline)) void stack_products(const struct job *job, const struct stack *stack, int64_t i, int64_t end) {
  for (; i + SQUARE <= end; i += SQUARE) stack_staged(SQUARE, job, stack, i);
  for (; i < end; i++) stack_staged(1, job, stack, i);
}

static void stack_range(const struct job *job, const struct stack *stack, int64_t i, int64_t end) {
  switch (job->d) {
    case 1: stack_fused(1, job, stack, i, end); break;
    case 2: stack_fused(2, job, stack, i, end); break;
    case 3: stack_fused(3, job, stack, i, end); break;
    case 4: stack_fused(4, job, stack, i, end); break;
    case 5: stack_fused(5, job, stack, i, end); break;
    case 6: stack_fused(6, job, stack, i, end); break;
    case 7: stack_fused(7, job, stack, i, end); break;
    case 8: stack_fused(8, job, stack, i, end); break;
    default: stack_products(job, stack, i, end);
  }
}

/* Up to WIDTH systems that attend to themselves, their points from job->points on. */
static void run_stack(const struct job *job, int32_t systems, void *memory) {
  const int64_t n = job->queries, size = n * job->d, step = together(job->d);
  real *keys = memory, *weights = keys + 2 * size * WIDTH;
  const double unit = job->query_constant + job->keys->offset;
  const struct stack stack = {
      .keys = keys,
      .queries = keys + size * WIDTH,
      .weights = weights,
      .field = (double *)(weights + SQUARE * BLOCK * WIDTH),
      .systems = systems,
      .unit = unit,
      .common = exp(unit),
  };
  load_stack(job, &stack);
  for (int64_t i = 0; i < n; i += step) {
    const int64_t end = i + step < n ? i + step : n;
    stack_range(job, &stack, i, end);
    store_stack(job, &stack, i, end - i);
  }
}

#endif
