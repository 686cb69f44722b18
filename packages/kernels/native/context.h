/* What one opened backend holds: its kernels, its threads, and memory that grows and is used again. */
#ifndef MEANFIELD_CONTEXT_H
#define MEANFIELD_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "combine.h"
#include "field.h"
#include "normals.h"
#include "pool.h"
#include "rows.h"

enum instructions { AUTO, AVX512, AVX2, SCALAR, NEON };
/* What an exported function returns. */
enum result { DONE = 0, DECLINED = 1, NO_MEMORY = 2 };

/* Memory that is kept between calls; 64-byte aligned. */
struct buffer {
  void *data;
  size_t bytes;
};

/* What one thread works in. */
struct workspace {
  struct buffer scratch, panels, values, rows, bias, mass, key_bias, key_mass;
};

struct context {
  const struct variant *f64, *f32;
  normals_fn *normals;
  combine_fn *combine;
  normalize_fn *normalize;
  pairs_fn *pairs;
  enum instructions instructions;
  struct pool *pool;
  struct workspace *workspaces; /* one per thread */
  struct buffer map, value, kept, before, from, to;
  /* Work, in fused multiply-adds, below which one thread is used. */
  double threshold;
};

/* At least so many bytes, contents undefined. NULL without memory. */
void *reserve(struct buffer *buffer, size_t bytes);
/* Threads worth waking for so much work. */
int32_t threads_for(const struct context *context, double work);
/* A d×d matrix in panels of rows: [ceil(rows/panel)][columns][panel]; entry (i, j) at i*row_step + j*column_step. */
void pack_matrix(double *panels, const double *matrix, int64_t rows, int64_t columns, int64_t row_step,
                 int64_t column_step, int64_t panel);

#endif
