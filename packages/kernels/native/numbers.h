/* Sizes of matrices, and quadratic forms. */
#ifndef MEANFIELD_NUMBERS_H
#define MEANFIELD_NUMBERS_H

#include <stdint.h>

/* An upper bound of the spectral norm: the lesser of Frobenius' and sqrt(max row sum * max column sum). */
double matrix_norm(const double *a, int64_t d);

/* Whether a is a[0] times the identity. */
int is_multiple_of_identity(const double *a, int64_t d);

/* xᵀGx. */
static inline double quadratic_form(const double *gram, const double *x, int64_t d) {
  double form = 0;
  for (int64_t a = 0; a < d; a++) {
    double row = 0;
    for (int64_t b = 0; b < d; b++) row += gram[a * d + b] * x[b];
    form += x[a] * row;
  }
  return form;
}

#endif
