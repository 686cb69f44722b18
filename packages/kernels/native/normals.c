/* Philox 4x32-10 and the central part of the normal quantile, bit for bit as the package core computes them: compiled
 * without contraction of products and sums. See core's random/stream.ts and special-functions/normal.ts. */
#include "normals.h"

#include "simd.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef uint64_t words __attribute__((vector_size(VECTOR_BYTES)));

enum { LANES = VECTOR_BYTES / 8 };

static const double numerator[8] = {3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227};
static const double denominator[8] = {1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854};

static const uint64_t LOW = 0xffffffff;

INLINE words all(uint64_t x) { return (words){0} + x; }

/* The product with a factor of the words in the low halves of the lanes. */
INLINE words times(words x, uint32_t factor) {
#if defined(__aarch64__)
  return (words)vmull_u32(vmovn_u64((uint64x2_t)x), vdup_n_u32(factor));
#else
  return (x & LOW) * all(factor);
#endif
}

/* Four words of each lane's block, every word in the low half of its lane. */
INLINE void philox(words c[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    const words p0 = times(c[0], 0xd2511f53), p1 = times(c[2], 0xcd9e8d57);
    c[0] = (p1 >> 32) ^ c[1] ^ k0;
    c[1] = p1 & LOW;
    c[2] = (p0 >> 32) ^ c[3] ^ k1;
    c[3] = p0 & LOW;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
}

/* Integers below 2^52 as doubles, exactly. */
INLINE wide to_double(words x) { return (wide)(x | 0x4330000000000000) - 4503599627370496.0; }

/* Normals, or signed tail probabilities where the mask is not set. */
INLINE words quantile(words high, words low, wide *out) {
  const wide p = (to_double(high >> 1) * 4294967296.0 + to_double(low) + 0.5) * 5.421010862427522e-20;
  const wide q = p - 0.5, r = 0.180625 - q * q;
  wide above = (wide){0} + numerator[7], below = (wide){0} + denominator[7];
  for (int k = 6; k >= 0; k--) {
    above = above * r + numerator[k];
    below = below * r + denominator[k];
  }
  const wide value = q * (above / below);
  /* Tails are below 1/2, so q is at most 0. */
  const words central = (words)(q >= (wide){0} - 0.425);
  const words sign = (high & 1) << 63;
  *out = (wide)(((central & (words)value) | (~central & (words)p)) ^ sign);
  return central;
}

int32_t NAMED(meanfield_normals)(const uint32_t key[2], const uint32_t counter[3], uint32_t first, int32_t count,
                                 double *out, int32_t *tails) {
  int32_t found = 0;
  for (int32_t start = 0; start < count; start += 2 * LANES) {
    words c[4] = {all(0), all(counter[0]), all(counter[1]), all(counter[2])};
    for (int l = 0; l < LANES; l++) c[0][l] = (uint32_t)(first + (uint32_t)start / 2 + (uint32_t)l);
    philox(c, key[0], key[1]);
    wide value[2];
    const words central[2] = {quantile(c[0], c[1], &value[0]), quantile(c[2], c[3], &value[1])};
    const int32_t present = count - start < 2 * LANES ? count - start : 2 * LANES;
    for (int32_t l = 0; l < present; l++) {
      out[start + l] = value[l % 2][l / 2];
      tails[found] = start + l;
      found += central[l % 2][l / 2] == 0;
    }
  }
  return found;
}
