/* Small systems of an ensemble side by side: one system per lane, so that no lane idles, whatever the number of tokens.
 * Every lane does what fused.h and blocks.h do for its system, in the same order, so a system has the same bits either way. */
#ifndef MEANFIELD_STACKED_H
#define MEANFIELD_STACKED_H

#include "fused.h"
#include "lanes.h"
#include "transpose.h"

/* Queries by keys, or by coordinates, of one block of products: as many sums as 32 or 16 registers allow. */
enum { SQUARE = ROWS == 8 ? 4 : 2 };

enum {
  /* Up to this dimension scores, weights and sums stay in the registers; above, two stages are faster. */
  STACK_FUSED = 3,
  /* Queries that then are computed together. */
  QUERIES = VECTOR_BYTES == 64 ? 4 : 1,
};

/* Queries whose field is kept until it is stored: a multiple of every number that is computed together, and of
 * WIDE_WIDTH, few enough to stay in the cache. */
INLINE int64_t together(int32_t d) { return d <= STACK_FUSED ? 16 : 8; }

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

/* `present` numbers of WIDE_WIDTH systems, which `from` points to, into a part of the lanes. */
INLINE void load_lanes(const struct job *job, const double *const from[WIDE_WIDTH], int64_t e, int present, real *keys,
                       real *queries) {
  wide columns[WIDE_WIDTH] = {{0}};
  for (int s = 0; s < WIDE_WIDTH; s++) memcpy(&columns[s], from[s] + e, (size_t)present * sizeof(double));
  transpose(columns);
  for (int k = 0; k < present; k++) {
    store_part(keys + (e + k) * WIDTH, columns[k]);
    store_part(queries + (e + k) * WIDTH, job->scale * (job->map_factor * columns[k]));
  }
}

/* Part after part: the rows of more systems at once would crowd each other out of the cache where they lie a power of
 * two apart. Lanes without a system repeat the last. */
static void load_stack(const struct job *job, const struct stack *stack) {
  const int64_t size = (int64_t)job->queries * job->d, last = stack->systems - 1;
  for (int first = 0; first < WIDTH; first += WIDE_WIDTH) {
    const double *from[WIDE_WIDTH];
    for (int s = 0; s < WIDE_WIDTH; s++) from[s] = job->points + (first + s < last ? first + s : last) * size;
    real *keys = stack->keys + first, *queries = stack->queries + first;
    int64_t e = 0;
    for (; e + WIDE_WIDTH <= size; e += WIDE_WIDTH) load_lanes(job, from, e, WIDE_WIDTH, keys, queries);
    if (e < size) load_lanes(job, from, e, (int)(size - e), keys, queries);
  }
}

/* Numbers e … of the field of `systems` systems, the first of them at `to`, from a part of the lanes. */
INLINE void store_lanes(int add, const double *field, double *to, int64_t size, int systems, int64_t e, int present) {
  wide rows[WIDE_WIDTH] = {{0}};
  for (int k = 0; k < present; k++) memcpy(&rows[k], field + (e + k) * WIDTH, sizeof rows[k]);
  transpose(rows);
  for (int s = 0; s < systems; s++) {
    double *out = to + s * size + e;
    wide before = {0};
    if (add) memcpy(&before, out, (size_t)present * sizeof(double));
    if (add) rows[s] += before;
    memcpy(out, &rows[s], (size_t)present * sizeof(double));
  }
}

INLINE void store_part_of(int add, const struct job *job, const double *field, double *to, int systems, int64_t length) {
  const int64_t size = (int64_t)job->queries * job->d;
  int64_t e = 0;
  for (; e + WIDE_WIDTH <= length; e += WIDE_WIDTH) store_lanes(add, field, to, size, systems, e, WIDE_WIDTH);
  if (e < length) store_lanes(add, field, to, size, systems, e, (int)(length - e));
}

/* The field of `queries` queries from query i on; part after part, as in load_stack. */
static void store_stack(const struct job *job, const struct stack *stack, int64_t i, int64_t queries) {
  const int64_t size = (int64_t)job->queries * job->d, length = queries * job->d;
  for (int first = 0; first < stack->systems; first += WIDE_WIDTH) {
    const int systems = stack->systems - first;
    const double *field = stack->field + first;
    double *to = job->field + first * size + i * job->d;
    if (systems >= WIDE_WIDTH && job->heads_before == 0) store_part_of(0, job, field, to, WIDE_WIDTH, length);
    else store_part_of(job->heads_before > 0, job, field, to, systems < WIDE_WIDTH ? systems : WIDE_WIDTH, length);
  }
}

/* What the means of one query of every system are to be multiplied by; writes its log-partition. */
INLINE void finish_totals(const struct job *job, const struct stack *stack, int64_t i, vector total, wide scale[PARTS]) {
  widen_lanes(total, scale);
  for (int h = 0; h < PARTS; h++) scale[h] = job->normalised ? 1 / scale[h] : stack->common - (wide){0};
  if (job->log_partition == NULL) return;
  const int64_t step = (int64_t)job->heads * job->queries;
  for (int l = 0; l < stack->systems; l++) job->log_partition[l * step + i] = stack->unit + log((double)total[l]);
}

/* Coordinates c … c + coordinates − 1 of the field of one query of every system. */
INLINE void finish_lanes(int64_t c, int coordinates, const struct job *job, const struct stack *stack, int64_t i,
                         const wide scale[PARTS], const vector *mean) {
  wide sum[PARTS];
  for (int b = 0; b < coordinates; b++) {
    widen_lanes(mean[b], sum);
    /* 0 + x as where sums are double: −0 becomes 0. */
    for (int h = 0; h < PARTS; h++) sum[h] = scale[h] * (job->value_factor * (0.0 + sum[h]));
    memcpy(stack->field + (i % together(job->d) * job->d + c + b) * WIDTH, sum, sizeof sum);
  }
}

INLINE vector stacked_score(int d, real bias, const real *key, vector query[STACK_FUSED][QUERIES], int g) {
  vector s = splat(bias);
  for (int c = 0; c < d; c++) s += load(key + c * WIDTH) * query[c][g];
  return s;
}

/* What `count` queries of every system have summed over some keys. */
struct stacked_chain {
  vector total[QUERIES], mean[QUERIES][STACK_FUSED];
};

/* Keys first … last − 1; `next` holds the scores of key `first`. The chain of key 0 is the first. */
INLINE void stack_chain(int d, int count, const struct job *job, const struct stack *stack, int64_t first, int64_t last,
                        vector query[STACK_FUSED][QUERIES], vector next[QUERIES], struct stacked_chain *chain) {
  const int64_t n = job->queries, step = (int64_t)d * WIDTH;
  const real *bias = job->keys->bias;
  vector total[QUERIES] = {{0}}, mean[QUERIES][STACK_FUSED] = {{{0}}};
  for (int64_t j = first; j < last; j++) {
    const real *key = stack->keys + j * step;
    const int64_t ahead = j + 1 < n ? j + 1 : j;
    vector p[QUERIES];
    for (int g = 0; g < count; g++) p[g] = exp2_vector(next[g]);
    for (int g = 0; g < count; g++) next[g] = stacked_score(d, bias[ahead], stack->keys + ahead * step, query, g);
    for (int g = 0; g < count; g++) {
      total[g] += p[g];
      for (int c = 0; c < d; c++) mean[g][c] += load(key + c * WIDTH) * p[g];
    }
  }
  for (int g = 0; g < count; g++) {
    chain->total[g] = first == 0 ? total[g] : chain->total[g] + total[g];
    for (int c = 0; c < d; c++) chain->mean[g][c] = first == 0 ? mean[g][c] : chain->mean[g][c] + mean[g][c];
  }
}

/* `count` queries of every system against all its keys. */
INLINE void stack_queries(int d, int count, const struct job *job, const struct stack *stack, int64_t i) {
  const int64_t n = job->queries, step = (int64_t)d * WIDTH;
  vector query[STACK_FUSED][QUERIES], next[QUERIES];
  struct stacked_chain chain;
  for (int g = 0; g < count; g++) {
    for (int c = 0; c < d; c++) query[c][g] = load(stack->queries + (i + g) * step + c * WIDTH);
    next[g] = stacked_score(d, *(const real *)job->keys->bias, stack->keys, query, g);
  }
  stack_chain(d, count, job, stack, 0, n < CHAIN ? n : CHAIN, query, next, &chain);
  for (int64_t j = CHAIN; j < n; j += CHAIN) {
    stack_chain(d, count, job, stack, j, n < j + CHAIN ? n : j + CHAIN, query, next, &chain);
  }
  for (int g = 0; g < count; g++) {
    wide scale[PARTS];
    finish_totals(job, stack, i + g, chain.total[g], scale);
    finish_lanes(0, d, job, stack, i + g, scale, chain.mean[g]);
  }
}

/* Queries i … end − 1. */
INLINE void stack_fused(int d, const struct job *job, const struct stack *stack, int64_t i, int64_t end) {
  for (; i + QUERIES <= end; i += QUERIES) stack_queries(d, QUERIES, job, stack, i);
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

/* means += weights times keys first … last − 1. */
INLINE void add_means(int queries, int coordinates, int64_t step, const struct stack *stack, int64_t first, int64_t last,
                      int64_t c, vector means[SQUARE][SQUARE]) {
  vector mean[SQUARE][SQUARE] = {{{0}}}, chain[SQUARE][SQUARE];
  for (int64_t j = first; j < last; j++) {
    for (int b = 0; b < coordinates; b++) {
      const vector key = load(stack->keys + j * step + (c + b) * WIDTH);
      for (int a = 0; a < queries; a++) mean[a][b] += key * load(stack->weights + (a * BLOCK + j) * WIDTH);
    }
  }
  copy_square(mean, chain);
  for (int a = 0; a < queries; a++) {
    for (int b = 0; b < coordinates; b++) means[a][b] += chain[a][b];
  }
}

/* Coordinates c … c + coordinates − 1 of the means of those queries. */
INLINE void stack_means(int queries, int coordinates, const struct job *job, const struct stack *stack, int64_t i,
                        int64_t c, wide scale[SQUARE][PARTS]) {
  const int64_t step = (int64_t)job->d * WIDTH;
  vector means[SQUARE][SQUARE] = {{{0}}};
  int64_t j = 0;
  for (; CHAIN < BLOCK && j + CHAIN < job->queries; j += CHAIN) add_means(queries, coordinates, step, stack, j, j + CHAIN, c, means);
  add_means(queries, coordinates, step, stack, j, job->queries, c, means);
  for (int a = 0; a < queries; a++) finish_lanes(c, coordinates, job, stack, i + a, scale[a], means[a]);
}

INLINE void end_totals(vector chain[SQUARE], vector sums[SQUARE]) {
  for (int a = 0; a < SQUARE; a++) {
    sums[a] += chain[a];
    chain[a] = splat(0);
  }
}

/* `queries` queries of every system in two stages, for d where one does not fit the registers. */
INLINE void stack_staged(int queries, const struct job *job, const struct stack *stack, int64_t i) {
  vector total[SQUARE] = {{0}}, totals[SQUARE] = {{0}};
  int64_t j = 0, c = 0;
  for (; j + SQUARE <= job->queries; j += SQUARE) {
    if (CHAIN < BLOCK && j % CHAIN == 0) end_totals(total, totals);
    stack_weights(queries, SQUARE, job, stack, i, j, total);
  }
  for (; j < job->queries; j++) {
    if (CHAIN < BLOCK && j % CHAIN == 0) end_totals(total, totals);
    stack_weights(queries, 1, job, stack, i, j, total);
  }
  end_totals(total, totals);
  wide scale[SQUARE][PARTS];
  for (int a = 0; a < queries; a++) finish_totals(job, stack, i + a, totals[a], scale[a]);
  for (; c + SQUARE <= job->d; c += SQUARE) stack_means(queries, SQUARE, job, stack, i, c, scale);
  for (; c + 2 <= job->d; c += 2) stack_means(queries, 2, job, stack, i, c, scale);
  for (; c < job->d; c++) stack_means(queries, 1, job, stack, i, c, scale);
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
