/* Many short rows at once; compiled without contraction and summed in the order of the coordinates, so that the bits are
 * those of plain loops: of the geometry sphere, and of the observable overlap-fraction. */
#include "rows.h"

#include "transpose.h"

/* Columns from + 0 … of WIDTH rows, one row a lane; a row beyond `present` repeats the last. */
INLINE void load_columns(const double *x, int64_t d, int64_t from, int columns, int present, wide lanes[WIDTH]) {
  for (int l = 0; l < WIDTH; l++) {
    const double *row = x + (l < present ? l : present - 1) * d + from;
    lanes[l] = (wide){0};
    if (columns == WIDTH) memcpy(&lanes[l], row, sizeof lanes[l]);
    else memcpy(&lanes[l], row, (size_t)columns * sizeof(double));
  }
  transpose(lanes);
}

/* Squared lengths of WIDTH rows. */
INLINE vector squares(const double *x, int64_t d, int present) {
  vector sum = {0};
  wide columns[WIDTH];
  int64_t c = 0;
  for (; c + WIDTH <= d; c += WIDTH) {
    load_columns(x, d, c, WIDTH, present, columns);
    for (int k = 0; k < WIDTH; k++) sum = sum + columns[k] * columns[k];
  }
  if (c < d) load_columns(x, d, c, (int)(d - c), present, columns);
  for (int k = 0; k < d - c; k++) sum = sum + columns[k] * columns[k];
  return sum;
}

/* 1/sqrt of each lane, both rounded. */
INLINE vector inverse_root(vector x) {
  vector root;
  for (int l = 0; l < WIDTH; l++) root[l] = sqrt(x[l]);
  return 1.0 / root;
}

INLINE void scale_row(const double *from, double factor, int64_t d, double *to) {
  int64_t c = 0;
  for (; c + WIDTH <= d; c += WIDTH) store(to + c, splat(factor) * load(from + c));
  for (; c < d; c++) to[c] = factor * from[c];
}

void NAMED(meanfield_normalize)(double *x, int64_t n, int32_t d) {
  for (int64_t i = 0; i < n; i += WIDTH) {
    const int present = n - i < WIDTH ? (int)(n - i) : WIDTH;
    double scale[WIDTH];
    store(scale, inverse_root(squares(x + i * d, d, present)));
    for (int l = 0; l < present; l++) scale_row(x + (i + l) * d, scale[l], d, x + (i + l) * d);
  }
}

/* The directions of m rows; 0 where a row has none that plain arithmetic finds. */
static int32_t directions(const double *x, int64_t m, int32_t d, double *unit) {
  for (int64_t i = 0; i < m; i += WIDTH) {
    const int present = m - i < WIDTH ? (int)(m - i) : WIDTH;
    double square[WIDTH], scale[WIDTH];
    const vector sum = squares(x + i * d, d, present);
    store(square, sum);
    store(scale, inverse_root(sum));
    for (int l = 0; l < present; l++) {
      if (!(square[l] > 1e-200 && square[l] < 1e200)) return 0;
      scale_row(x + (i + l) * d, scale[l], d, unit + (i + l) * d);
    }
  }
  return 1;
}

/* Overlaps of WIDTH rows, one a lane, with `count` rows from `row` on; columns are in registers where d is known. */
INLINE void overlaps(int32_t d, int count, const vector *columns, const double *row, vector out[4]) {
  for (int k = 0; k < count; k++) out[k] = (vector){0};
  for (int32_t c = 0; c < d; c++) {
    for (int k = 0; k < count; k++) out[k] = out[k] + columns[c] * splat(row[k * d + c]);
  }
}

/* Adds w_j where lane l, row i + l, has an overlap above the threshold with row j > i + l. */
INLINE vector add_mass(vector mass, vector overlap, double above, double weight, int64_t i, int64_t j) {
  lanes mask = overlap > splat(above);
  if (j < i + WIDTH) {
    for (int l = 0; l < WIDTH; l++) mask[l] &= i + l < j ? -1 : 0;
  }
  return mass + (vector)(mask & (lanes)splat(weight));
}

/* The mass of the rows j > i + l that are aligned with row i + l, from the last on, for the WIDTH rows of a block. */
INLINE vector block_mass(int32_t d, int64_t m, double above, const double *unit, const vector *columns,
                         const double *weights, int64_t i) {
  vector mass = {0}, overlap[4];
  int64_t j = m - 1;
  for (; j - 3 >= i + WIDTH; j -= 4) {
    overlaps(d, 4, columns, unit + (j - 3) * d, overlap);
    for (int k = 3; k >= 0; k--) mass = add_mass(mass, overlap[k], above, weights[j - 3 + k], i, m);
  }
  for (; j > i; j--) {
    overlaps(d, 1, columns, unit + j * d, overlap);
    mass = add_mass(mass, overlap[0], above, weights[j], i, j);
  }
  return mass;
}

INLINE void system_masses(int32_t d, int64_t m, double above, const double *unit, vector *columns, const double *weights,
                          double *masses) {
  for (int64_t i = 0; i < m; i += WIDTH) {
    const int present = m - i < WIDTH ? (int)(m - i) : WIDTH;
    for (int64_t c = 0; c < d; c += WIDTH) {
      wide lanes[WIDTH];
      const int width = d - c < WIDTH ? (int)(d - c) : WIDTH;
      load_columns(unit + i * d, d, c, width, present, lanes);
      for (int k = 0; k < width; k++) columns[c + k] = lanes[k];
    }
    double mass[WIDTH];
    store(mass, block_mass(d, m, above, unit, columns, weights, i));
    for (int l = 0; l < present; l++) masses[i + l] = mass[l];
  }
}

/* Columns of small d stay in registers. */
static void masses_of(int32_t d, int64_t m, double above, const double *unit, vector *columns, const double *weights,
                      double *masses) {
  vector few[8];
  switch (d) {
    case 2: system_masses(2, m, above, unit, few, weights, masses); break;
    case 3: system_masses(3, m, above, unit, few, weights, masses); break;
    case 4: system_masses(4, m, above, unit, few, weights, masses); break;
    case 8: system_masses(8, m, above, unit, few, weights, masses); break;
    default: system_masses(d, m, above, unit, columns, weights, masses);
  }
}

int32_t NAMED(meanfield_pairs)(int32_t count, int32_t m, int32_t d, double above, const double *points,
                               const double *weights, void *memory, double *out) {
  const int64_t size = (int64_t)m * d;
  vector *columns = memory;
  double *unit = (double *)(columns + d), *masses = unit + size, *sums = masses + m;
  for (int32_t k = 0; k < count; k++) {
    if (!directions(points + k * size, m, d, unit)) return 0;
    masses_of(d, m, above, unit, columns, weights, masses);
    sums[k] = 0;
    for (int64_t i = m - 1; i >= 0; i--) sums[k] += weights[i] * masses[i];
  }
  memcpy(out, sums, (size_t)count * sizeof *out);
  return 1;
}
