/* What one core can do at best: loops over registers, no memory. */
#ifndef MEANFIELD_ROOFLINE_H
#define MEANFIELD_ROOFLINE_H

#include "simd.h"

/* Lets the compiler neither hoist nor forget what is computed from x, and keeps x in its register. */
#if defined(__AVX512F__)
#define KEEP(x) __asm__ volatile("" : "+v"(x))
#elif defined(__x86_64__)
#define KEEP(x) __asm__ volatile("" : "+x"(x))
#elif defined(__aarch64__)
#define KEEP(x) __asm__ volatile("" : "+w"(x))
#else
#define KEEP(x) __asm__ volatile("" : "+m"(x))
#endif

/* 32 * WIDTH exponentials per repeat. */
static double exp_roofline(int64_t repeats) {
  vector x[8], sum[8];
  for (int v = 0; v < 8; v++) {
    sum[v] = splat(0);
    for (int l = 0; l < WIDTH; l++) x[v][l] = (real)(-1.0 / (1 + v * WIDTH + l));
  }
  for (int64_t k = 0; k < repeats; k++) {
    for (int u = 0; u < 4; u++) {
      for (int v = 0; v < 8; v++) {
        sum[v] += exp2_vector(x[v]);
        KEEP(x[v]);
      }
    }
  }
  double total = 0;
  for (int v = 0; v < 8; v++) {
    for (int l = 0; l < WIDTH; l++) total += sum[v][l];
  }
  return total;
}

/* 8 * 12 * WIDTH fused multiply-adds per repeat, two operations each. */
static double fma_roofline(int64_t repeats) {
  enum { CHAINS = 12 };
  vector sum[CHAINS], a = splat((real)0.999), b = splat((real)1e-3);
  for (int v = 0; v < CHAINS; v++) sum[v] = splat((real)v);
  for (int64_t k = 0; k < repeats; k++) {
    KEEP(a);
    KEEP(b);
    for (int u = 0; u < 8; u++) {
      for (int v = 0; v < CHAINS; v++) sum[v] = sum[v] * a + b;
    }
  }
  double total = 0;
  for (int v = 0; v < CHAINS; v++) {
    for (int l = 0; l < WIDTH; l++) total += sum[v][l];
  }
  return total;
}

#endif
