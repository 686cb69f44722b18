#include "numbers.h"

#include <math.h>

double greatest(const double *x, int64_t n) {
  double most[8] = {0}, bad[8] = {0};
  int64_t k = 0;
  for (; k + 8 <= n; k += 8) {
    for (int l = 0; l < 8; l++) {
      const double size = fabs(x[k + l]);
      most[l] = size > most[l] ? size : most[l];
      bad[l] += size * 0;
    }
  }
  for (; k < n; k++) {
    most[0] = fabs(x[k]) > most[0] ? fabs(x[k]) : most[0];
    bad[0] += x[k] * 0;
  }
  for (int l = 1; l < 8; l++) {
    most[0] = most[l] > most[0] ? most[l] : most[0];
    bad[0] += bad[l];
  }
  return bad[0] == 0 ? most[0] : INFINITY;
}

double matrix_norm(const double *a, int64_t d) {
  double squares = 0, row_most = 0, column_most = 0;
  for (int64_t i = 0; i < d; i++) {
    double row = 0, column = 0;
    for (int64_t j = 0; j < d; j++) {
      squares += a[i * d + j] * a[i * d + j];
      row += fabs(a[i * d + j]);
      column += fabs(a[j * d + i]);
    }
    row_most = fmax(row_most, row);
    column_most = fmax(column_most, column);
  }
  return fmin(sqrt(squares), sqrt(row_most * column_most));
}

int is_multiple_of_identity(const double *a, int64_t d) {
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < d; j++) {
      if (a[i * d + j] != (i == j ? a[0] : 0)) return 0;
    }
  }
  return 1;
}
