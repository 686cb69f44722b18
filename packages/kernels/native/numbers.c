#include "numbers.h"

#include <math.h>

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
