/* Linear combinations of long arrays; compiled without contraction, so that the bits are those of plain loops. */
#include "combine.h"
#include "simd.h"

/* With a count that the compiler knows, all factors stay in registers. */
INLINE void run(int64_t size, int32_t count, const double *factors, const double *base,
                const double *const terms[MOST_TERMS], double *out) {
  int64_t i = 0;
  for (; i + WIDTH <= size; i += WIDTH) {
    vector sum = load(base + i);
    for (int32_t j = 0; j < count; j++) sum = sum + splat(factors[j]) * load(terms[j] + i);
    store(out + i, sum);
  }
  for (; i < size; i++) {
    double sum = base[i];
    for (int32_t j = 0; j < count; j++) sum += factors[j] * terms[j][i];
    out[i] = sum;
  }
}

void NAMED(meanfield_combine)(int64_t size, int32_t count, const double *factors, const double *base,
                              const double *const terms[MOST_TERMS], double *out) {
  switch (count) {
    case 1: run(size, 1, factors, base, terms, out); break;
    case 2: run(size, 2, factors, base, terms, out); break;
    case 3: run(size, 3, factors, base, terms, out); break;
    case 4: run(size, 4, factors, base, terms, out); break;
    case 5: run(size, 5, factors, base, terms, out); break;
    case 6: run(size, 6, factors, base, terms, out); break;
    case 7: run(size, 7, factors, base, terms, out); break;
    default: run(size, MOST_TERMS, factors, base, terms, out);
  }
}
