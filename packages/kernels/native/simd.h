/* Vectors of one precision and one instruction set. A compilation unit chooses both:
 *   MEANFIELD_F32  float instead of double
 *   VECTOR_BYTES   64 (AVX-512), 32 (AVX2 with FMA), 16 (NEON, SSE2, or scalar code where there is neither)
 *   VARIANT        suffix of the exported names, such as f32_avx512
 * GCC's vector extensions carry all arithmetic; intrinsics stand only where one instruction replaces many. */
#ifndef MEANFIELD_SIMD_H
#define MEANFIELD_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)
#define NAMED(name) PASTE(name, VARIANT)
#define INLINE static inline __attribute__((always_inline))

#ifdef MEANFIELD_F32
typedef float real;
typedef int32_t integer;
#else
typedef double real;
typedef int64_t integer;
#endif
typedef real vector __attribute__((vector_size(VECTOR_BYTES)));
typedef integer lanes __attribute__((vector_size(VECTOR_BYTES)));
typedef double wide __attribute__((vector_size(VECTOR_BYTES)));
typedef int64_t wide_lanes __attribute__((vector_size(VECTOR_BYTES)));

enum {
  WIDTH = VECTOR_BYTES / sizeof(real),
  WIDE_WIDTH = VECTOR_BYTES / sizeof(double),
  /* A register tile is ROWS broadcasts by GROUPS vectors: 24 or 12 sums, as 32 or 16 registers allow. */
  GROUPS = 3,
#if defined(__AVX512F__) || defined(__ARM_NEON)
  ROWS = 8,
#else
  ROWS = 4,
#endif
  /* Queries of one tile: one query per lane. */
  TILE = GROUPS * WIDTH,
};

/* Up to this dimension one fused loop that holds scores, weights and sums is faster than two stages, as measured: with 32
 * registers, and with 16. */
#if defined(__AVX512F__) || defined(__ARM_NEON)
#define FUSED_DIMENSION 7
#else
#define FUSED_DIMENSION 2
#endif

/* Terms of one sum in a row: a chain of float rounds its n equal terms with an error up to n/2 units, so that long ones are
 * sums of short ones. */
#ifdef MEANFIELD_F32
enum { CHAIN = 16 };
#else
enum { CHAIN = 128 };
#endif

/* Below every score, and a number: exp2 of it is 0. */
static const real HIDDEN = (real)-1e30;

/* Rounds a product here: the sum that follows is not fused with it. */
INLINE double rounded(double x) {
#if defined(__x86_64__)
  __asm__("" : "+x"(x));
#elif defined(__aarch64__)
  __asm__("" : "+w"(x));
#endif
  return x;
}

/* The same of a vector. */
INLINE wide rounded_lanes(wide x) {
#if defined(__AVX512F__)
  __asm__("" : "+v"(x));
#elif defined(__x86_64__)
  __asm__("" : "+x"(x));
#elif defined(__aarch64__)
  __asm__("" : "+w"(x));
#endif
  return x;
}

INLINE vector splat(real x) { return x - (vector){0}; }
INLINE vector load(const real *p) {
  vector v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store(real *p, vector v) { memcpy(p, &v, sizeof v); }
INLINE vector choose(lanes mask, vector a, vector b) { return (vector)((mask & (lanes)a) | (~mask & (lanes)b)); }

/* The greater; b where a is NaN. */
INLINE vector greater(vector a, vector b) {
#if defined(__AVX512F__) && defined(MEANFIELD_F32)
  return (vector)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX512F__)
  return (vector)_mm512_max_pd((__m512d)a, (__m512d)b);
#else
  return choose(a > b, a, b);
#endif
}

/* 2^f on [-1/2, 1/2], constant term exactly 1, relative minimax error 9.1e-8 (float) and 2.2e-16 (double). */
INLINE vector exp2_fraction(vector f) {
#ifdef MEANFIELD_F32
  vector p = splat(0.001326472712360532f);
  p = p * f + splat(0.009671512644823733f);
  p = p * f + splat(0.05550733743497024f);
  p = p * f + splat(0.24022242085262308f);
  p = p * f + splat(0.6931469775989928f);
#else
  vector p = splat(7.038184180865698e-09);
  p = p * f + splat(1.0208323191469212e-07);
  p = p * f + splat(1.321565356321291e-06);
  p = p * f + splat(1.5252659426560952e-05);
  p = p * f + splat(0.0001540352999432784);
  p = p * f + splat(0.0013333558225802587);
  p = p * f + splat(0.00961812910798304);
  p = p * f + splat(0.0555041086644818);
  p = p * f + splat(0.240226506959091);
  p = p * f + splat(0.6931471805599492);
#endif
  return p * f + splat(1);
}

/* 2^x: 0 below the normal range, infinity or a huge number above it. x - round(x) is exact, so no error but the
 * polynomial's and one rounding. */
INLINE vector exp2_vector(vector x) {
#if defined(__AVX512F__) && defined(MEANFIELD_F32)
  const __m512 k = _mm512_roundscale_ps((__m512)x, 0);
  return (vector)_mm512_scalef_ps((__m512)exp2_fraction(x - (vector)k), k);
#elif defined(__AVX512F__)
  const __m512d k = _mm512_roundscale_pd((__m512d)x, 0);
  return (vector)_mm512_scalef_pd((__m512d)exp2_fraction(x - (vector)k), k);
#else
#ifdef MEANFIELD_F32
  const real limit = 126, magic = 12582912.0f;
  const int bits = 23;
#else
  const real limit = 1022, magic = 6755399441055744.0;
  const int bits = 52;
#endif
  const lanes normal = x >= splat(-limit);
  x = choose(normal, x, splat(-limit));
  x = choose(x < splat(limit), x, splat(limit));
  /* Adding 1.5*2^bits leaves round(x) in the low bits. */
  const vector shifted = x + splat(magic);
  const vector p = exp2_fraction(x - (shifted - splat(magic)));
  return (vector)(((lanes)p + ((lanes)shifted << bits)) & normal);
#endif
}

#endif
