/* Low dimension, bounded scores, exponential weights: scores, weights and sums of a block never leave the registers.
 * The scores of the next key are computed beside the exponentials of this one, which keeps the multipliers busy. */
#ifndef MEANFIELD_FUSED_H
#define MEANFIELD_FUSED_H

#include "blocks.h"

INLINE vector score_row(int d, real bias, const real *row, vector query[FUSED_DIMENSION][GROUPS], int g) {
  vector s = splat(bias);
  for (int c = 0; c < d; c++) s += splat(row[c]) * query[c][g];
  return s;
}

/* What `count` vectors of queries have summed over some keys. */
struct chain {
  vector total[GROUPS], mean[FUSED_DIMENSION][GROUPS];
};

/* Keys [first, last) of a block for `count` vectors of queries from vector `v` on; `next` holds the scores of key `first`. */
INLINE void fuse_chain(int d, int count, int masked, int with_mean, const struct job *job, const struct sight *sight,
                       const struct block *block, int64_t first, int64_t last, int v,
                       vector query[FUSED_DIMENSION][GROUPS], vector next[GROUPS], struct chain *chain) {
  const real *rows = job->keys->rows, *bias = job->keys->bias;
  vector total[GROUPS] = {{0}}, mean[FUSED_DIMENSION][GROUPS] = {{{0}}};
  for (int64_t j = first; j < last; j++) {
    const real *row = rows + j * d;
    const int64_t ahead = j + 1 < block->last ? j + 1 : j;
    vector p[GROUPS];
    for (int g = 0; g < count; g++) {
      p[g] = exp2_vector(next[g]);
      if (masked) p[g] = keep(seen(sight, v + g, j), p[g]);
    }
    for (int g = 0; g < count; g++) next[g] = score_row(d, bias[ahead], rows + ahead * d, query, g);
    for (int g = 0; g < count; g++) {
      total[g] += p[g];
      if (with_mean) {
        for (int c = 0; c < d; c++) mean[c][g] += splat(row[c]) * p[g];
      }
    }
  }
  for (int g = 0; g < count; g++) {
    chain->total[g] += total[g];
    for (int c = 0; with_mean && c < d; c++) chain->mean[c][g] += mean[c][g];
  }
}

/* `count` vectors of queries from vector `v` on against one block. */
INLINE void fuse(int d, int count, int masked, int with_mean, const struct job *job, const struct sight *sight,
                 const struct block *block, const real *q, int v, struct sums *sums) {
  const real *rows = job->keys->rows, *bias = job->keys->bias;
  vector query[FUSED_DIMENSION][GROUPS], next[GROUPS];
  struct chain chain = {0};
  for (int c = 0; c < d; c++) {
    for (int g = 0; g < count; g++) query[c][g] = load(q + c * TILE + (v + g) * WIDTH);
  }
  for (int g = 0; g < count; g++) next[g] = score_row(d, bias[block->first], rows + block->first * d, query, g);
  int64_t j = block->first;
  for (; CHAIN < BLOCK && j + CHAIN < block->last; j += CHAIN) {
    fuse_chain(d, count, masked, with_mean, job, sight, block, j, j + CHAIN, v, query, next, &chain);
  }
  fuse_chain(d, count, masked, with_mean, job, sight, block, j, block->last, v, query, next, &chain);
  for (int g = 0; g < count; g++) {
    flush(sums->total + (v + g) * WIDTH, chain.total[g]);
    if (!with_mean) continue;
    for (int c = 0; c < d; c++) flush(sums->mean + c * TILE + (v + g) * WIDTH, chain.mean[c][g]);
  }
}

/* Keys of a block for every vector that holds a query: as many vectors at once as measured best with 32 registers. */
INLINE void fuse_block(int d, int masked, int with_mean, const struct job *job, const struct sight *sight,
                       const struct block *block, const real *q, int vectors, struct sums *sums) {
  const int triples = sizeof(real) == 8 ? FUSED_DIMENSION : 6;
  if (VECTOR_BYTES == 64 && vectors == GROUPS && d <= triples) {
    fuse(d, GROUPS, masked, with_mean, job, sight, block, q, 0, sums);
    return;
  }
  int v = 0;
  if (VECTOR_BYTES == 64 && vectors > 1) {
    fuse(d, 2, masked, with_mean, job, sight, block, q, 0, sums);
    v = 2;
  }
  for (; v < vectors; v++) fuse(d, 1, masked, with_mean, job, sight, block, q, v, sums);
}

INLINE void fuse_block_of(int d, const struct job *job, const struct sight *sight, const struct block *block,
                          const real *q, int vectors, struct sums *sums) {
  const int with_mean = job->field != NULL;
  if (block->masked && with_mean) fuse_block(d, 1, 1, job, sight, block, q, vectors, sums);
  else if (block->masked) fuse_block(d, 1, 0, job, sight, block, q, vectors, sums);
  else if (with_mean) fuse_block(d, 0, 1, job, sight, block, q, vectors, sums);
  else fuse_block(d, 0, 0, job, sight, block, q, vectors, sums);
}

static void fused_block(const struct job *job, const struct sight *sight, const struct block *block, const real *q,
                        int vectors, struct sums *sums) {
  switch (job->d) {
    case 1: fuse_block_of(1, job, sight, block, q, vectors, sums); break;
    case 2: fuse_block_of(2, job, sight, block, q, vectors, sums); break;
#if FUSED_DIMENSION > 2
    case 3: fuse_block_of(3, job, sight, block, q, vectors, sums); break;
    case 4: fuse_block_of(4, job, sight, block, q, vectors, sums); break;
    case 5: fuse_block_of(5, job, sight, block, q, vectors, sums); break;
    case 6: fuse_block_of(6, job, sight, block, q, vectors, sums); break;
    case 7: fuse_block_of(7, job, sight, block, q, vectors, sums); break;
#endif
  }
}

#endif
