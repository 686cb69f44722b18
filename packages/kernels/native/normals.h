/* What api and the compiled variants of normals.c agree on. */
#ifndef MEANFIELD_NORMALS_H
#define MEANFIELD_NORMALS_H

#include <stdint.h>

/*
 * Normals of the stream with this Philox key, from block `first` on (two to a block), count <= 2^31.
 * Where the quantile needs a logarithm, out holds the tail probability, with the sign of the normal; `tails` lists
 * where. Returns how many those are.
 */
typedef int32_t normals_fn(const uint32_t key[2], const uint32_t counter[3], uint32_t first, int32_t count, double *out,
                           int32_t *tails);

#endif
