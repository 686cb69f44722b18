/* A square of doubles, one vector a row, turned in registers; or the squares side by side that vectors of reals hold. */
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
#define PARTS_LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define PARTS_HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define PARTS_LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define PARTS_HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define PARTS_LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define PARTS_HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#elif VECTOR_BYTES == 32
#define LOW1 0, 4, 2, 6
#define HIGH1 1, 5, 3, 7
#define LOW2 0, 1, 4, 5
#define HIGH2 2, 3, 6, 7
#define PARTS_LOW1 0, 8, 2, 10, 4, 12, 6, 14
#define PARTS_HIGH1 1, 9, 3, 11, 5, 13, 7, 15
#define PARTS_LOW2 0, 1, 8, 9, 4, 5, 12, 13
#define PARTS_HIGH2 2, 3, 10, 11, 6, 7, 14, 15
#else
#define LOW1 0, 2
#define HIGH1 1, 3
#define PARTS_LOW1 0, 4, 2, 6
#define PARTS_HIGH1 1, 5, 3, 7
#endif

/* Rows r and r + step change places in every other block of `step` columns. */
#define EXCHANGE(type, step, low, high)                                    \
  for (int r = 0; r < WIDE_WIDTH; r++) {                                   \
    if (r & step) continue;                                                \
    const type a = rows[r], b = rows[r + step];                            \
    rows[r] = __builtin_shufflevector(a, b, low);                          \
    rows[r + step] = __builtin_shufflevector(a, b, high);                  \
  }

/* Rows become columns. */
INLINE void transpose(wide rows[WIDE_WIDTH]) {
  EXCHANGE(wide, 1, LOW1, HIGH1)
#if VECTOR_BYTES >= 32
  EXCHANGE(wide, 2, LOW2, HIGH2)
#endif
#if VECTOR_BYTES == 64
  EXCHANGE(wide, 4, LOW4, HIGH4)
#endif
}

/* In every square of WIDE_WIDTH columns rows become columns. */
INLINE void transpose_parts(vector rows[WIDE_WIDTH]) {
#ifdef MEANFIELD_F32
  EXCHANGE(vector, 1, PARTS_LOW1, PARTS_HIGH1)
#if VECTOR_BYTES >= 32
  EXCHANGE(vector, 2, PARTS_LOW2, PARTS_HIGH2)
#endif
#if VECTOR_BYTES == 64
  EXCHANGE(vector, 4, PARTS_LOW4, PARTS_HIGH4)
#endif
#else
  transpose(rows);
#endif
}

#endif
