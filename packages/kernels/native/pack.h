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

static void pack(struct keys *keys, int32_t d, const double *points, const double *values, const int32_t *kept) {
  pack_panels(keys->panels, points, kept, keys->count, d);
  pack_values(keys->values, values == NULL ? points : values, kept, keys->count, d);
}

static void pack_rows(struct keys *keys, int32_t d, const double *points, const int32_t *kept, void *room) {
  real *rows = room;
  keys->rows = sizeof(real) == sizeof(double) && kept == NULL ? (const void *)points : room;
  if (keys->rows == points) return;
  for (int64_t k = 0; kept == NULL && k < keys->count * d; k++) rows[k] = (real)points[k];
  for (int64_t j = 0; kept != NULL && j < keys->count; j++) {
    for (int64_t c = 0; c < d; c++) rows[j * d + c] = (real)points[kept[j] * d + c];
  }
}

static void pack_weights(struct keys *keys, const double *bias, const double *mass) {
  const int64_t count = keys->count, padded = (count + ROWS - 1) / ROWS * ROWS;
  real *b = keys->bias, *m = keys->mass;
  for (int64_t j = 0; j < padded; j++) {
    b[j] = j < count ? (real)bias[j] : mass ? 0 : HIDDEN;
    m[j] = j < count && mass ? (real)mass[j] : 0;
  }
}

#endif
