/* What context.c and the compiled variants of rows.c agree on. */
#ifndef MEANFIELD_ROWS_H
#define MEANFIELD_ROWS_H

#include <stdint.h>

/* x_i /= |x_i| for n rows of d numbers. */
typedef void normalize_fn(double *x, int64_t n, int32_t d);

/*
 * out[k] = sum over i < j of w_i w_j where cos(x_i, x_j) > above, for each of `count` systems of m rows of d numbers.
 * Returns 0, and writes nothing, where the square of a length leaves (1e-200, 1e200).
 */
typedef int32_t pairs_fn(int32_t count, int32_t m, int32_t d, double above, const double *points, const double *weights,
                         void *memory, double *out);

/* Bytes of memory that pairs_fn needs. */
static inline int64_t pairs_bytes(int32_t count, int32_t m, int32_t d) {
  return ((int64_t)(m + 8) * d + m + count) * (int64_t)sizeof(double);
}

#endif
