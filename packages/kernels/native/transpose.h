/* A square of doubles, one vector a row, turned in registers. */
#ifndef MEANFIELD_TRANSPOSE_H
#define MEANFIELD_TRANSPOSE_H

#include "simd.h"

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

#endif
