/* The kernels of one precision and one instruction set; compiled once for each by build-native. */
#include "pack.h"
#include "roofline.h"
#include "run-tile.h"
#include "stacked.h"
#include "small.h"

/* Up to TILE columns of ROWS rows of a product. */
#ifndef MEANFIELD_F32
INLINE void columns_of(const double *a, int64_t row, int64_t term, const double *b, int64_t stride, int64_t k,
                       int groups, vector sums[ROWS][GROUPS]) {
  if (groups == 1) multiply(a, row, term, b, stride, k, 1, sums);
  else if (groups == 2) multiply(a, row, term, b, stride, k, 2, sums);
  else multiply(a, row, term, b, stride, k, GROUPS, sums);
}

/* out (rows × columns, row-major) = or += the product of an a-panel [k][ROWS] and a b-panel [k][TILE]. */
static void product(const double *a, const double *b, int64_t k, double *out, int64_t stride, int32_t rows,
                    int32_t columns, int32_t accumulate) {
  vector sums[ROWS][GROUPS] = {{{0}}};
  columns_of(a, 1, ROWS, b, TILE, k, (columns + WIDTH - 1) / WIDTH, sums);
  for (int r = 0; r < rows; r++) {
    double *row = out + r * stride;
    const int whole = columns / WIDTH;
    for (int v = 0; v < GROUPS; v++) {
      if (v >= whole) break;
      store(row + v * WIDTH, accumulate ? load(row + v * WIDTH) + sums[r][v] : sums[r][v]);
    }
    for (int l = whole * WIDTH; l < columns; l++) {
      const double x = sums[r][l / WIDTH][l % WIDTH];
      row[l] = accumulate ? row[l] + x : x;
    }
  }
}

/* The same bits for a (ROWS × k) and b (k × columns, a multiple of WIDTH) where they lie in their matrices, b and out with
 * the same stride. */
static void product_in_place(const double *a, const double *b, int64_t k, double *out, int64_t stride, int32_t columns) {
  vector sums[ROWS][GROUPS] = {{{0}}};
  const int groups = columns / WIDTH;
  columns_of(a, k, 1, b, stride, k, groups, sums);
  for (int r = 0; r < ROWS; r++) {
    for (int v = 0; v < GROUPS; v++) {
      if (v >= groups) break;
      store(out + r * stride + v * WIDTH, sums[r][v]);
    }
  }
}
#endif

/* The greater of two, first by first; a where b is NaN. */
INLINE wide greater_wide(wide a, wide b) {
  const wide_lanes above = b > a;
  return (wide)((above & (wide_lanes)b) | (~above & (wide_lanes)a));
}

/* In vectors by hand: the compiler makes them of this loop for some processors only. */
static double greatest(const double *x, int64_t n) {
  enum { AT_ONCE = 4, STEP = AT_ONCE * WIDE_WIDTH };
  const wide_lanes but_sign = (wide_lanes){0} + INT64_MAX;
  wide most[AT_ONCE] = {{0}}, bad[AT_ONCE] = {{0}};
  const int64_t whole = n / STEP * STEP;
  double all = 0, broken = 0;
  for (int64_t k = whole; k < n; k++) {
    all = fabs(x[k]) > all ? fabs(x[k]) : all;
    broken += x[k] * 0;
  }
  /* Backwards: what comes first afterwards is then in the cache. */
  for (int64_t k = whole - STEP; k >= 0; k -= STEP) {
    for (int v = 0; v < AT_ONCE; v++) {
      wide y;
      memcpy(&y, x + k + v * WIDE_WIDTH, sizeof y);
      most[v] = greater_wide(most[v], (wide)((wide_lanes)y & but_sign));
      bad[v] += y * 0;
    }
  }
  for (int v = 0; v < AT_ONCE; v++) {
    for (int l = 0; l < WIDE_WIDTH; l++) {
      all = most[v][l] > all ? most[v][l] : all;
      broken += bad[v][l];
    }
  }
  return broken == 0 ? all : INFINITY;
}

const struct variant NAMED(meanfield_variant) = {
    .rows = ROWS,
    .tile = TILE,
    .width = WIDTH,
    .real_bytes = sizeof(real),
    .fused_dimension = FUSED_DIMENSION,
    .scratch_bytes = scratch_bytes,
    .run_tile = run_tile,
    .stack_bytes = stack_bytes,
    .run_stack = run_stack,
    .small_bytes = small_bytes,
    .run_small = run_small,
    .pack = pack,
    .pack_rows = pack_rows,
    .pack_weights = pack_weights,
    .greatest = greatest,
    .bound = BOUNDED,
#ifndef MEANFIELD_F32
    .product = product,
    .product_in_place = product_in_place,
#endif
    .exp_roofline = exp_roofline,
    .fma_roofline = fma_roofline,
};
