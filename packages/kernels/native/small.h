/* Small systems of an ensemble one after another, whole in the L1 cache: queries in the lanes, keys where they lie. For n
 * that fills the lanes; stacked.h takes every n. The sums are those of blocks.h in the same order, so a system has the same
 * bits. */
#ifndef MEANFIELD_SMALL_H
#define MEANFIELD_SMALL_H

#include "blocks.h"
#include "lanes.h"
#include "transpose.h"

/* Vectors of queries that are computed together. */
enum { PAIR = 2 };

/* One system of n tokens. */
struct small {
  const real *keys; /* [n][d] */
  real *queries;    /* [d][n], times the scale */
  real *weights;    /* [n][PAIR*WIDTH] */
  /* The logarithm and the size of what all weights have in common. */
  double unit, common;
};

static int64_t small_bytes(int32_t d, int32_t n) {
  if (n < PAIR * WIDTH || n > BLOCK || n % WIDTH != 0 || n % ROWS != 0 || d % ROWS != 0) return 0;
  return (2 * (int64_t)d + PAIR * WIDTH) * n * (int64_t)sizeof(real);
}

/* Queries into the lanes, and the keys where points are no reals. */
static void turn_system(const struct job *job, real *keys, real *queries) {
  const int64_t d = job->d, n = job->queries;
  const double *points = job->points, scale = job->scale, factor = job->map_factor;
  for (int64_t i = 0; i < n; i += WIDTH) {
    for (int64_t c = 0; c < d; c += WIDE_WIDTH) {
      vector rows[WIDE_WIDTH];
#pragma GCC unroll 8
      for (int t = 0; t < WIDE_WIDTH; t++) {
        real row[WIDTH];
#pragma GCC unroll 2
        for (int h = 0; h < PARTS; h++) {
          const int64_t at = (i + h * WIDE_WIDTH + t) * d + c;
          wide x;
          memcpy(&x, points + at, sizeof x);
          /* The next system's. */
          __builtin_prefetch(points + at + n * d);
          if (sizeof(real) < sizeof(double)) store_part(keys + at, x);
          store_part(row + h * WIDE_WIDTH, scale * (factor * x));
        }
        rows[t] = load(row);
      }
      transpose_parts(rows);
      for (int k = 0; k < WIDE_WIDTH; k++) store(queries + (c + k) * n + i, rows[k]);
    }
  }
}

/* Weights of all keys for `groups` vectors of queries from query i on, and their sums. */
INLINE void small_weights(const struct job *job, int groups, int64_t i, const struct small *small, vector totals[GROUPS]) {
  const int64_t d = job->d, n = job->queries;
  const real *bias = job->keys->bias;
  vector total[GROUPS] = {{0}};
  for (int64_t j = 0; j < n; j += ROWS) {
    vector s[ROWS][GROUPS];
    for (int r = 0; r < ROWS; r++) {
      for (int v = 0; v < groups; v++) s[r][v] = splat(bias[j + r]);
    }
    multiply(small->keys + j * d, d, 1, small->queries + i, n, d, groups, s);
    if (CHAIN < BLOCK && j % CHAIN == 0) end_chain(total, totals);
    for (int r = 0; r < ROWS; r++) {
      for (int v = 0; v < groups; v++) {
        const vector p = exp2_vector(s[r][v]);
        total[v] += p;
        store(small->weights + ((j + r) * PAIR + v) * WIDTH, p);
      }
    }
  }
  end_chain(total, totals);
}

/* What the means of a vector of queries are multiplied by; writes their log-partitions. */
INLINE void small_scale(const struct job *job, const struct small *small, int64_t i, vector total, double scale[WIDTH]) {
  if (job->log_partition != NULL) {
    for (int l = 0; l < WIDTH; l++) job->log_partition[i + l] = small->unit + log((double)total[l]);
  }
  wide sum[PARTS];
  widen_lanes(total, sum);
  for (int h = 0; h < PARTS; h++) {
    sum[h] = job->normalised ? 1 / sum[h] : small->common - (wide){0};
    memcpy(scale + h * WIDE_WIDTH, &sum[h], sizeof sum[h]);
  }
}

/* WIDE_WIDTH coordinates of the field of a vector of queries. */
INLINE void store_tokens(int add, int64_t d, double factor, const double *scale, double *out, vector mean[WIDE_WIDTH]) {
  transpose_parts(mean);
#pragma GCC unroll 8
  for (int t = 0; t < WIDE_WIDTH; t++) {
    wide rows[PARTS];
    widen_lanes(mean[t], rows);
#pragma GCC unroll 2
    for (int h = 0; h < PARTS; h++) {
      const int64_t token = h * WIDE_WIDTH + t;
      /* 0 + x as where sums are double: −0 becomes 0. */
      wide field = scale[token] * (factor * (0.0 + rows[h])), before;
      if (add) memcpy(&before, out + token * d, sizeof before);
      if (add) field = rounded_lanes(field) + before;
      memcpy(out + token * d, &field, sizeof field);
    }
  }
}

/* means += weights times keys first … last − 1. */
INLINE void add_small_means(const struct job *job, int groups, const struct small *small, int64_t first, int64_t last,
                            int64_t c, vector means[GROUPS][ROWS]) {
  const int64_t d = job->d;
  vector sums[ROWS][GROUPS] = {{{0}}}, chain[GROUPS][ROWS];
  multiply(small->keys + first * d + c, 1, d, small->weights + first * PAIR * WIDTH, PAIR * WIDTH, last - first, groups, sums);
  /* Sums that have left the registers: compilers keep an array there only if all loops over it are short. */
  for (int r = 0; r < ROWS; r++) {
    for (int v = 0; v < groups; v++) chain[v][r] = sums[r][v];
  }
  for (int v = 0; v < groups; v++) {
    for (int r = 0; r < ROWS; r++) means[v][r] += chain[v][r];
  }
}

INLINE void small_means(const struct job *job, int add, int groups, int64_t i, const struct small *small,
                        const double *scale) {
  const int64_t d = job->d, n = job->queries;
  const double factor = job->value_factor;
  for (int64_t c = 0; c < d; c += ROWS) {
    vector mean[GROUPS][ROWS] = {{{0}}};
    int64_t j = 0;
    for (; CHAIN < BLOCK && j + CHAIN < n; j += CHAIN) add_small_means(job, groups, small, j, j + CHAIN, c, mean);
    add_small_means(job, groups, small, j, n, c, mean);
#pragma GCC unroll 2
    for (int v = 0; v < groups; v++) {
      double *out = job->field + (i + v * WIDTH) * d + c;
#pragma GCC unroll 4
      for (int e = 0; e < ROWS; e += WIDE_WIDTH) store_tokens(add, d, factor, scale + v * WIDTH, out + e, mean[v] + e);
    }
  }
}

INLINE void small_queries(const struct job *job, int groups, int64_t i, const struct small *small) {
  vector total[GROUPS] = {{0}};
  double scale[GROUPS * WIDTH];
  small_weights(job, groups, i, small, total);
#pragma GCC unroll 2
  for (int v = 0; v < groups; v++) small_scale(job, small, i + v * WIDTH, total[v], scale + v * WIDTH);
  if (job->heads_before == 0) small_means(job, 0, groups, i, small, scale);
  else small_means(job, 1, groups, i, small, scale);
}

/* One system that attends to itself. */
static void run_small(const struct job *job, void *memory) {
  const int64_t n = job->queries, size = n * job->d;
  const double unit = job->query_constant + job->keys->offset;
  real *queries = memory, *keys = queries + size;
  const struct small small = {
      .keys = sizeof(real) == sizeof(double) ? (const void *)job->points : keys,
      .queries = queries,
      .weights = keys + size,
      .unit = unit,
      .common = job->normalised ? 1 : exp(unit),
  };
  turn_system(job, keys, queries);
  int64_t i = 0;
  for (; i + PAIR * WIDTH <= n; i += PAIR * WIDTH) small_queries(job, PAIR, i, &small);
  if (i < n) small_queries(job, 1, i, &small);
}

#endif
