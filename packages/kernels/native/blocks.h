/* One block of keys in two stages: weights of the block into a buffer in the L1 cache, then weights times values. */
#ifndef MEANFIELD_BLOCKS_H
#define MEANFIELD_BLOCKS_H

#include "weights.h"

#define TILE_NAME multiply
#define TILE_REAL real
#define TILE_VECTOR vector
#include "tile.h"
#undef TILE_NAME
#undef TILE_REAL
#undef TILE_VECTOR

/* What one tile of queries has accumulated; double, one lane per query. */
struct sums {
  double shift[TILE]; /* the running maximum that weights are relative to, log2 */
  double total[TILE]; /* Σ w */
  double moment[TILE]; /* Σ w log2 w */
  double *mean;       /* [panels of coordinates][ROWS][TILE]: Σ w y */
};

/* Keys [first, last) of one block, from a multiple of ROWS on. */
struct block {
  int64_t first, last;
  int masked;
};

/* Scores of a panel of ROWS keys. */
INLINE void score_panel(const struct keys *keys, const real *q, int64_t d, int64_t j, vector s[ROWS][GROUPS]) {
  const real *bias = keys->bias;
  for (int r = 0; r < ROWS; r++) {
    for (int v = 0; v < GROUPS; v++) s[r][v] = splat(bias[j + r]);
  }
  multiply((const real *)keys->panels + j * d, 1, ROWS, q, TILE, d, GROUPS, s);
}

/* A chain of terms is over: its sum goes to those of the others. */
INLINE void end_chain(vector chain[GROUPS], vector sums[GROUPS]) {
  for (int v = 0; v < GROUPS; v++) {
    sums[v] += chain[v];
    chain[v] = splat(0);
  }
}

/* Weights of bounded scores, straight from the registers. */
INLINE void weigh_block_as(enum operation operation, const struct job *job, const struct sight *sight,
                           const struct block *block, const real *q, real *weights, struct sums *sums) {
  const real *mass = job->keys->mass;
  vector total[GROUPS] = {{0}}, totals[GROUPS] = {{0}};
  for (int64_t j = block->first; j < block->last; j += ROWS) {
    vector s[ROWS][GROUPS];
    score_panel(job->keys, q, job->d, j, s);
    if (CHAIN < BLOCK && (j - block->first) % CHAIN == 0) end_chain(total, totals);
    for (int r = 0; r < ROWS; r++) {
      for (int v = 0; v < GROUPS; v++) {
        vector p = weigh(operation, s[r][v], mass[j + r]);
        if (block->masked) p = keep(seen(sight, v, j + r), p);
        total[v] += p;
        store(weights + (j - block->first + r) * TILE + v * WIDTH, p);
      }
    }
  }
  end_chain(total, totals);
  for (int v = 0; v < GROUPS; v++) flush(sums->total + v * WIDTH, totals[v]);
}

static void weigh_block(const struct job *job, const struct sight *sight, const struct block *block, const real *q,
                        real *weights, struct sums *sums) {
  switch (job->operation) {
    case EXP: weigh_block_as(EXP, job, sight, block, q, weights, sums); break;
    case SIGMOID: weigh_block_as(SIGMOID, job, sight, block, q, weights, sums); break;
    case LINEAR: weigh_block_as(LINEAR, job, sight, block, q, weights, sums); break;
    case RELU: weigh_block_as(RELU, job, sight, block, q, weights, sums); break;
    case TANH: weigh_block_as(TANH, job, sight, block, q, weights, sums); break;
    case SILU: weigh_block_as(SILU, job, sight, block, q, weights, sums); break;
  }
}

/* Everything summed so far, relative to a greater shift. */
static void rescale(struct sums *sums, const vector next[GROUPS], int64_t coordinates) {
  double factor[TILE];
  int changed = 0;
  for (int l = 0; l < TILE; l++) {
    const double shift = next[l / WIDTH][l % WIDTH], drop = sums->shift[l] - shift;
    changed |= drop != 0;
    factor[l] = drop == 0 ? 1 : exp2(drop);
    sums->moment[l] = factor[l] * (sums->moment[l] + (factor[l] == 0 ? 0 : sums->total[l] * drop));
    sums->total[l] *= factor[l];
    sums->shift[l] = shift;
  }
  if (!changed) return;
  for (int64_t c = 0; c < coordinates; c++) {
    for (int l = 0; l < TILE; l++) sums->mean[c * TILE + l] *= factor[l];
  }
}

/* Weights of unbounded scores: scores into the buffer, their maximum, then the exponentials in place. */
static void stream_block(const struct job *job, const struct sight *sight, const struct block *block, const real *q,
                         real *weights, struct sums *sums, int64_t coordinates) {
  vector greatest[GROUPS], total[GROUPS] = {{0}}, moment[GROUPS] = {{0}}, totals[GROUPS] = {{0}}, moments[GROUPS] = {{0}};
  for (int v = 0; v < GROUPS; v++) {
    for (int l = 0; l < WIDTH; l++) greatest[v][l] = (real)sums->shift[v * WIDTH + l];
  }
  for (int64_t j = block->first; j < block->last; j += ROWS) {
    vector s[ROWS][GROUPS];
    score_panel(job->keys, q, job->d, j, s);
    for (int r = 0; r < ROWS; r++) {
      for (int v = 0; v < GROUPS; v++) {
        if (block->masked) s[r][v] = choose(seen(sight, v, j + r), s[r][v], splat(HIDDEN));
        greatest[v] = greater(s[r][v], greatest[v]);
        store(weights + (j - block->first + r) * TILE + v * WIDTH, s[r][v]);
      }
    }
  }
  rescale(sums, greatest, coordinates);
  for (int64_t j = 0; j < block->last - block->first; j++) {
    if (CHAIN < BLOCK && j % CHAIN == 0) {
      end_chain(total, totals);
      end_chain(moment, moments);
    }
    for (int v = 0; v < GROUPS; v++) {
      const vector s = load(weights + j * TILE + v * WIDTH) - greatest[v];
      const vector p = exp2_vector(s);
      total[v] += p;
      moment[v] += p * s;
      store(weights + j * TILE + v * WIDTH, p);
    }
  }
  end_chain(total, totals);
  end_chain(moment, moments);
  for (int v = 0; v < GROUPS; v++) {
    flush(sums->total + v * WIDTH, totals[v]);
    flush(sums->moment + v * WIDTH, moments[v]);
  }
}

/* Σ p log2 p of weights that are not exponentials: scalar, for entropies only. */
static void add_moments(const struct block *block, const real *weights, struct sums *sums) {
  for (int64_t k = 0; k < (block->last - block->first) * TILE; k++) {
    const double p = weights[k];
    if (p > 0) sums->moment[k % TILE] += p * log2(p);
  }
}

/* mean += weights * values over one chain of keys. */
INLINE void gather_chain(const real *values, const real *weights, int64_t keys, vector mean[ROWS][GROUPS]) {
  vector chain[ROWS][GROUPS] = {{{0}}};
  multiply(values, 1, ROWS, weights, TILE, keys, GROUPS, chain);
  for (int r = 0; r < ROWS; r++) end_chain(chain[r], mean[r]);
}

/* mean += weights * values over the block. */
static void gather_block(const struct job *job, const struct block *block, const real *weights, struct sums *sums) {
  const int64_t panels = (job->d + ROWS - 1) / ROWS, start = block->first % BLOCK, keys = block->last - block->first;
  const real *values = (const real *)job->keys->values + block->first / BLOCK * panels * BLOCK * ROWS;
  for (int64_t c = 0; c < panels; c++) {
    vector mean[ROWS][GROUPS] = {{{0}}};
    const real *terms = values + (c * BLOCK + start) * ROWS;
    int64_t j = 0;
    for (; CHAIN < BLOCK && j + CHAIN < keys; j += CHAIN) gather_chain(terms + j * ROWS, weights + j * TILE, CHAIN, mean);
    gather_chain(terms + j * ROWS, weights + j * TILE, keys - j, mean);
    for (int r = 0; r < ROWS; r++) {
      for (int v = 0; v < GROUPS; v++) flush(sums->mean + (c * ROWS + r) * TILE + v * WIDTH, mean[r][v]);
    }
  }
}

#endif
