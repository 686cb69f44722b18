/* A score as a weight, and which lanes see a key. */
#ifndef MEANFIELD_WEIGHTS_H
#define MEANFIELD_WEIGHTS_H

#include "field.h"
#include "simd.h"

INLINE vector weigh(enum operation operation, vector s, real mass) {
  const vector one = splat(1);
  switch (operation) {
    case EXP: return exp2_vector(s);
    case SIGMOID: return splat(mass) / (one + exp2_vector(-s));
    case LINEAR: return splat(mass) * s;
    case RELU: return splat(mass) * greater(splat(0), s);
    case TANH: return splat(mass) - splat(2 * mass) / (one + exp2_vector(s));
    case SILU: return splat(mass * (real)0.6931471805599453) * s / (one + exp2_vector(-s));
  }
  return s;
}

/* The range [from, to) of keys each lane sees. */
struct sight {
  vector from[GROUPS], to[GROUPS];
};

INLINE lanes seen(const struct sight *sight, int v, int64_t key) {
  const vector j = splat((real)key);
  return (j >= sight->from[v]) & (j < sight->to[v]);
}

INLINE vector keep(lanes mask, vector x) { return (vector)(mask & (lanes)x); }

/* sums += x, in double. */
INLINE void flush(double *sums, vector x) {
#pragma GCC unroll 16
  for (int l = 0; l < WIDTH; l++) sums[l] += (double)x[l];
}

#endif
