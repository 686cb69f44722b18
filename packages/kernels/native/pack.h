/* Keys in the layouts that the tiles read; keys beyond the last get no weight. */
#ifndef MEANFIELD_PACK_H
#define MEANFIELD_PACK_H

#include "field.h"
#include "simd.h"

static void pack_panels(real *panels, const double *points, const int32_t *kept, int64_t count, int64_t d) {
  for (int64_t j = 0; j < count; j += ROWS) {
    for (int64_t r = 0; r < ROWS; r++) {
      real *column = panels + j * d + r;
      const int present = j + r < count;
      const double *point = points + (present ? (kept ? kept[j + r] : j + r) : 0) * d;
      for (int64_t c = 0; c < d; c++) column[c * ROWS] = present ? (real)point[c] : 0;
    }
  }
}

static void pack_values(real *values, const double *points, const int32_t *kept, int64_t count, int64_t d) {
  const int64_t panels = (d + ROWS - 1) / ROWS;
  for (int64_t j = 0; j < count; j++) {
    const double *point = points + (kept ? kept[j] : j) * d;
    real *row = values + (j / BLOCK * panels * BLOCK + j % BLOCK) * ROWS;
    for (int64_t c = 0; c < d; c++) row[c / ROWS * BLOCK * ROWS + c % ROWS] = (real)point[c];
    for (int64_t c = d; c < panels * ROWS; c++) row[c / ROWS * BLOCK * ROWS + c % ROWS] = 0;
  }
  for (int64_t j = count; j < (count + ROWS - 1) / ROWS * ROWS; j++) {
    real *row = values + (j / BLOCK * panels * BLOCK + j % BLOCK) * ROWS;
    for (int64_t c = 0; c < panels * ROWS; c++) row[c / ROWS * BLOCK * ROWS + c % ROWS] = 0;
  }
}

static void pack_rows(real *rows, const double *points, const double *bias, const int32_t *kept, int64_t count, int64_t d) {
  for (int64_t j = 0; j < count; j++) {
    const double *point = points + (kept ? kept[j] : j) * d;
    rows[j * (d + 1)] = (real)bias[j];
    for (int64_t c = 0; c < d; c++) rows[j * (d + 1) + 1 + c] = (real)point[c];
  }
  for (int64_t c = 0; c <= d; c++) rows[count * (d + 1) + c] = 0;
}

static void pack(struct keys *keys, int32_t d, int32_t separate, const double *points, const double *values,
                 const double *bias, const double *mass, const int32_t *kept) {
  const int64_t count = keys->count, padded = (count + ROWS - 1) / ROWS * ROWS;
  pack_panels(keys->panels, points, kept, count, d);
  pack_values(keys->values, separate ? values : points, kept, count, d);
  if (d <= FUSED_DIMENSION && !separate) pack_rows(keys->rows, points, bias, kept, count, d);
  real *b = keys->bias, *m = keys->mass;
  for (int64_t j = 0; j < padded; j++) {
    b[j] = j < count ? (real)bias[j] : mass ? 0 : HIDDEN;
    m[j] = j < count && mass ? (real)mass[j] : 0;
  }
}

#endif
