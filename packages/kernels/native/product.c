/* The three products of dense row-major matrices. */
#include <string.h>

#include "context.h"

enum {
  /* Terms of one pass: a panel of b of that depth stays in the L1 cache. */
  DEPTH = 192,
  /* Columns of b up to which its rows are read where they lie: beyond, they are far apart. */
  NARROW = 256,
};

struct product {
  const struct context *context;
  const double *a, *b;
  double *out;
  int64_t m, k, n, first, depth;
  int64_t a_row, a_column, b_row, b_column;
};

/* Rows first … first + depth − 1 of b, `tile` columns from `column` on. */
static void pack_columns(const struct product *p, int64_t column, int64_t tile, double *to) {
  const int64_t present = p->n - column < tile ? p->n - column : tile;
  for (int64_t l = 0; l < p->depth; l++) {
    const double *from = p->b + (p->first + l) * p->b_row + column * p->b_column;
    if (p->b_column == 1) {
      memcpy(to + l * tile, from, (size_t)present * sizeof *to);
    } else {
      for (int64_t j = 0; j < present; j++) to[l * tile + j] = from[j * p->b_column];
    }
    for (int64_t j = present; j < tile; j++) to[l * tile + j] = 0;
  }
}

/* Matrices that the caches hold whole, in whole tiles: packing them would cost more than it saves. */
static int needs_no_packing(const struct product *p) {
  const struct variant *variant = p->context->f64;
  return p->a_column == 1 && p->b_column == 1 && p->k <= DEPTH && p->n <= NARROW && p->m % variant->rows == 0 &&
         p->n % variant->width == 0;
}

static void run_columns_in_place(void *work, int32_t item, int32_t thread) {
  (void)thread;
  const struct product *p = work;
  const struct variant *variant = p->context->f64;
  const int64_t tile = variant->tile, column = item * tile;
  const int64_t columns = p->n - column < tile ? p->n - column : tile;
  for (int64_t i = 0; i < p->m; i += variant->rows)
    variant->product_in_place(p->a + i * p->k, p->b + column, p->k, p->out + i * p->n + column, p->n, (int32_t)columns);
}

static void run_columns(void *work, int32_t item, int32_t thread) {
  const struct product *p = work;
  const struct variant *variant = p->context->f64;
  const int64_t tile = variant->tile, rows = variant->rows, column = item * tile;
  double *panel = p->context->workspaces[thread].scratch.data;
  const double *a = p->context->map.data;
  const int64_t columns = p->n - column < tile ? p->n - column : tile;
  pack_columns(p, column, tile, panel);
  for (int64_t i = 0; i < p->m; i += rows) {
    const int64_t present = p->m - i < rows ? p->m - i : rows;
    variant->product(a + i * p->depth, panel, p->depth, p->out + i * p->n + column, p->n, (int32_t)present,
                     (int32_t)columns, p->first > 0);
  }
}

/* out = a·b (a m×k, b k×n); flip_a: a is k×m and transposed; flip_b: b is n×k and transposed. */
int32_t mf_product(struct context *context, int32_t m, int32_t k, int32_t n, int32_t flip_a, int32_t flip_b,
                   const double *a, const double *b, double *out) {
  struct product p = {.context = context, .a = a, .b = b, .out = out, .m = m, .k = k, .n = n};
  p.a_row = flip_a ? 1 : k;
  p.a_column = flip_a ? m : 1;
  p.b_row = flip_b ? 1 : n;
  p.b_column = flip_b ? k : 1;
  const int64_t tile = context->f64->tile, rows = context->f64->rows;
  const int32_t threads = threads_for(context, (double)m * k * n), panels_of_b = (int32_t)((n + tile - 1) / tile);
  if (needs_no_packing(&p)) {
    pool_run(context->pool, threads, run_columns_in_place, &p, panels_of_b);
    return DONE;
  }
  double *panels = reserve(&context->map, (size_t)((m + rows - 1) / rows * rows) * DEPTH * sizeof(double));
  if (panels == NULL) return NO_MEMORY;
  for (int32_t t = 0; t < threads; t++) {
    if (!reserve(&context->workspaces[t].scratch, (size_t)(DEPTH * tile) * sizeof(double))) return NO_MEMORY;
  }
  for (p.first = 0; p.first < k; p.first += DEPTH) {
    p.depth = k - p.first < DEPTH ? k - p.first : DEPTH;
    pack_matrix(panels, a + p.first * p.a_column, m, p.depth, p.a_row, p.a_column, rows);
    pool_run(context->pool, threads, run_columns, &p, panels_of_b);
  }
  return DONE;
}
