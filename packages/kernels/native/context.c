#include "context.h"

#include <stdlib.h>
#ifdef _WIN32
#include <malloc.h>
#endif

/* The kernels of one instruction set. */
#define DECLARE(set)                                                               \
  extern const struct variant meanfield_variant_f64_##set, meanfield_variant_f32_##set; \
  extern normals_fn meanfield_normals_##set;                                       \
  extern combine_fn meanfield_combine_##set;                                       \
  extern normalize_fn meanfield_normalize_##set;                                   \
  extern pairs_fn meanfield_pairs_##set

#define CHOOSE(context, set)                            \
  do {                                                  \
    (context)->f64 = &meanfield_variant_f64_##set;      \
    (context)->f32 = &meanfield_variant_f32_##set;      \
    (context)->normals = meanfield_normals_##set;       \
    (context)->combine = meanfield_combine_##set;       \
    (context)->normalize = meanfield_normalize_##set;   \
    (context)->pairs = meanfield_pairs_##set;           \
  } while (0)

#if defined(__aarch64__)
DECLARE(neon);
#else
DECLARE(scalar);
#endif
#if defined(__x86_64__)
DECLARE(avx2);
DECLARE(avx512);
#endif

static void release(struct buffer *buffer) {
#ifdef _WIN32
  _aligned_free(buffer->data);
#else
  free(buffer->data);
#endif
}

void *reserve(struct buffer *buffer, size_t bytes) {
  if (buffer->bytes >= bytes) return buffer->data;
  release(buffer);
  /* Half as much again, so that slowly growing problems do not allocate every time. */
  const size_t size = (bytes + bytes / 2 + 64) / 64 * 64;
#ifdef _WIN32
  buffer->data = _aligned_malloc(size, 64);
#else
  buffer->data = aligned_alloc(64, size);
#endif
  buffer->bytes = buffer->data == NULL ? 0 : size;
  return buffer->data;
}

int32_t threads_for(const struct context *context, double work) {
  return work < context->threshold ? 1 : pool_threads(context->pool);
}

/* A whole panel, its height known to the compiler. */
static inline __attribute__((always_inline)) void interleave(double *restrict to, const double *restrict from,
                                                             int64_t columns, int64_t row_step, int64_t column_step,
                                                             int64_t height) {
  for (int64_t j = 0; j < columns; j++) {
    for (int64_t r = 0; r < height; r++) to[j * height + r] = from[r * row_step + j * column_step];
  }
}

void pack_matrix(double *panels, const double *matrix, int64_t rows, int64_t columns, int64_t row_step,
                 int64_t column_step, int64_t panel) {
  for (int64_t i = 0; i < rows; i += panel) {
    double *to = panels + i * columns;
    const int64_t present = rows - i < panel ? rows - i : panel;
    if (present == panel && panel == 8) {
      interleave(to, matrix + i * row_step, columns, row_step, column_step, 8);
      continue;
    }
    if (present == panel && panel == 4) {
      interleave(to, matrix + i * row_step, columns, row_step, column_step, 4);
      continue;
    }
    for (int64_t j = 0; j < columns; j++) {
      const double *from = matrix + i * row_step + j * column_step;
      for (int64_t r = 0; r < present; r++) to[j * panel + r] = from[r * row_step];
      for (int64_t r = present; r < panel; r++) to[j * panel + r] = 0;
    }
  }
}

static enum instructions best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    return AVX512;
  }
  if (avx2) return AVX2;
#elif defined(__aarch64__)
  return NEON;
#endif
  return SCALAR;
}

/* Whether this processor has it and the library holds it: on x86 every set below the best too, on ARM NEON alone. */
static int has(enum instructions instructions) {
  const enum instructions most = best();
  return instructions == most || (most < SCALAR && instructions > most && instructions <= SCALAR);
}

static void choose_variants(struct context *context) {
#if defined(__aarch64__)
  CHOOSE(context, neon);
#else
  CHOOSE(context, scalar);
#endif
#if defined(__x86_64__)
  if (context->instructions == AVX2) CHOOSE(context, avx2);
  if (context->instructions == AVX512) CHOOSE(context, avx512);
#endif
}

/* The best instruction set of this processor: 1 AVX-512, 2 AVX2, 3 the compiler's plain code, 4 NEON. */
int32_t mf_best_instructions(void) { return best(); }

void mf_close(struct context *context) {
  if (context->workspaces != NULL) {
    for (int32_t t = 0; t < pool_threads(context->pool); t++) {
      struct buffer *of = (struct buffer *)&context->workspaces[t];
      for (size_t k = 0; k < sizeof(struct workspace) / sizeof(struct buffer); k++) release(&of[k]);
    }
  }
  struct buffer *shared[] = {&context->map,    &context->value, &context->kept,
                             &context->before, &context->from,  &context->to};
  for (size_t k = 0; k < sizeof shared / sizeof shared[0]; k++) release(shared[k]);
  free(context->workspaces);
  if (context->pool != NULL) pool_destroy(context->pool);
  free(context);
}

/* NULL without memory, or when the processor lacks the instructions. */
struct context *mf_open(int32_t instructions, int32_t threads, double threshold) {
  const enum instructions wanted = instructions == AUTO ? best() : (enum instructions)instructions;
  if (!has(wanted)) return NULL;
  struct context *context = calloc(1, sizeof *context);
  if (context == NULL) return NULL;
  context->instructions = wanted;
  context->threshold = threshold;
  choose_variants(context);
  context->pool = pool_create(threads);
  if (context->pool != NULL) context->workspaces = calloc((size_t)pool_threads(context->pool), sizeof(struct workspace));
  if (context->workspaces == NULL) {
    mf_close(context);
    return NULL;
  }
  return context;
}

/* Threads that could be started, the caller's among them. */
int32_t mf_threads(const struct context *context) { return pool_threads(context->pool); }

/* Runs a roofline loop: kind 0 exponentials, 1 fused multiply-adds. Returns operations per repeat. */
double mf_roofline(const struct context *context, int32_t single, int32_t kind, int64_t repeats) {
  const struct variant *variant = single ? context->f32 : context->f64;
  volatile double sink = (kind == 0 ? variant->exp_roofline : variant->fma_roofline)(repeats);
  (void)sink;
  return (kind == 0 ? 32.0 : 96.0) * variant->width;
}

/* Normals of a Philox stream: see normals_fn. `words` = key, then the counter's last three. */
int32_t mf_normals(const struct context *context, const uint32_t *words, uint32_t first, int32_t count, double *out,
                   int32_t *tails) {
  return context->normals(words, words + 2, first, count, out, tails);
}

/* out = base + factors[0]*a + factors[1]*b + …: see combine_fn. Terms from `count` on are not read. */
void mf_combine(const struct context *context, int64_t size, int32_t count, const double *factors, const double *base,
                double *out, const double *a, const double *b, const double *c, const double *d, const double *e,
                const double *f, const double *g, const double *h) {
  const double *const terms[MOST_TERMS] = {a, b, c, d, e, f, g, h};
  context->combine(size, count, factors, base, terms, out);
}

/* x_i /= |x_i| for n rows: see normalize_fn. */
void mf_normalize(const struct context *context, double *x, int64_t n, int32_t d) { context->normalize(x, n, d); }

/* Weights of aligned pairs: see pairs_fn. */
int32_t mf_aligned_pairs(struct context *context, int32_t count, int32_t m, int32_t d, double above,
                         const double *points, const double *weights, double *out) {
  void *memory = reserve(&context->workspaces[0].scratch, (size_t)pairs_bytes(count, m, d));
  if (memory == NULL) return NO_MEMORY;
  return context->pairs(count, m, d, above, points, weights, memory, out) ? DONE : DECLINED;
}

/* The version of the exported functions' parameters; src/native/library.ts has the same number. */
int32_t mf_interface(void) { return 3; }
