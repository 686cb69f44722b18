/* What product.c and the compiled variants of combine.c agree on. */
#ifndef MEANFIELD_COMBINE_H
#define MEANFIELD_COMBINE_H

#include <stdint.h>

enum { MOST_TERMS = 8 };

/* out = base + factors[0]*terms[0] + … entry by entry, each rounded, from the left; out may be base. count <= MOST_TERMS. */
typedef void combine_fn(int64_t size, int32_t count, const double *factors, const double *base,
                        const double *const terms[MOST_TERMS], double *out);

#endif
