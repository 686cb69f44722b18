/* Vectors of reals as the vectors of doubles that their lanes fill. */
#ifndef MEANFIELD_LANES_H
#define MEANFIELD_LANES_H

#include "simd.h"

enum { PARTS = WIDTH / WIDE_WIDTH };
typedef real part __attribute__((vector_size(VECTOR_BYTES / PARTS)));

INLINE void store_part(real *at, wide lanes) {
  const part narrow = __builtin_convertvector(lanes, part);
  memcpy(at, &narrow, sizeof narrow);
}

INLINE void widen_lanes(vector v, wide lanes[PARTS]) {
  part narrow[PARTS];
  memcpy(narrow, &v, sizeof v);
  for (int h = 0; h < PARTS; h++) lanes[h] = __builtin_convertvector(narrow[h], wide);
}

#endif
