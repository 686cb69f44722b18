/* One perceptron layer: attention whose keys and values differ and whose weights are the activation. */
#include "context.h"
#include "numbers.h"

enum activation { ACTIVATE_RELU, ACTIVATE_TANH, ACTIVATE_SIGMOID, ACTIVATE_SILU, ACTIVATE_LINEAR };

/* The order of `sizes` in mf_perceptron. */
struct layer_sizes {
  int32_t single, activation, d, width, points;
};

struct layer {
  const struct context *context;
  const struct variant *variant;
  struct job job;
};

static void run_layer_tile(void *work, int32_t item, int32_t thread) {
  const struct layer *layer = work;
  layer->variant->run_tile(&layer->job, item, layer->context->workspaces[thread].scratch.data);
}

static int pack_units(struct workspace *workspace, const struct variant *variant, const struct layer_sizes *s, double unit,
                      const double *input, const double *bias, const double *output, struct keys *keys) {
  const int64_t d = s->d, width = s->width, rows = variant->rows;
  const int64_t padded = (width + rows - 1) / rows * rows, blocks = (width + BLOCK - 1) / BLOCK;
  const size_t size = (size_t)variant->real_bytes;
  double *scaled = reserve(&workspace->key_bias, (size_t)width * sizeof *scaled);
  double *ones = reserve(&workspace->key_mass, (size_t)width * sizeof *ones);
  *keys = (struct keys){
      .count = width,
      .panels = reserve(&workspace->panels, (size_t)(padded * d) * size),
      .values = reserve(&workspace->values, (size_t)(blocks * BLOCK * ((d + rows - 1) / rows * rows)) * size),
      .bias = reserve(&workspace->bias, (size_t)padded * size),
      .mass = reserve(&workspace->mass, (size_t)padded * size),
  };
  if (!scaled || !ones || !keys->panels || !keys->values || !keys->bias || !keys->mass) return 0;
  for (int64_t j = 0; j < width; j++) {
    scaled[j] = unit * bias[j];
    ones[j] = 1;
  }
  variant->pack(keys, s->d, input, output, NULL);
  variant->pack_weights(keys, scaled, ones);
  return 1;
}

/* out[i] += factor * Σ_j σ(a_j·x_i + bias_j) o_j. `sizes` as struct layer_sizes. Writes nothing unless it returns DONE. */
int32_t mf_perceptron(struct context *context, const int32_t *sizes, double factor, const double *input,
                      const double *bias, const double *output, const double *points, double *out) {
  static const enum operation operations[] = {RELU, TANH, SIGMOID, SILU, LINEAR};
  static const double units[] = {1, 2 * 1.4426950408889634, 1.4426950408889634, 1.4426950408889634, 1};
  const struct layer_sizes *s = (const struct layer_sizes *)sizes;
  const struct variant *variant = s->single ? context->f32 : context->f64;
  const int64_t d = s->d;
  const double most = s->single ? 1e12 : 1e100;
  if (variant->greatest(points, s->points * d) > most || variant->greatest(input, s->width * d) > most ||
      variant->greatest(bias, s->width) > most || variant->greatest(output, s->width * d) > most) {
    return DECLINED;
  }
  const double work = (double)s->points * s->width * (2.0 * d + 12);
  const int32_t threads = threads_for(context, work);
  struct keys keys;
  if (!pack_units(&context->workspaces[0], variant, s, units[s->activation], input, bias, output, &keys)) return NO_MEMORY;
  for (int32_t t = 0; t < threads; t++) {
    if (!reserve(&context->workspaces[t].scratch, (size_t)variant->scratch_bytes(s->d))) return NO_MEMORY;
  }
  struct layer layer = {
      .context = context,
      .variant = variant,
      .job = {.operation = operations[s->activation],
              .d = s->d,
              .queries = s->points,
              .keys = &keys,
              .points = points,
              .scale = units[s->activation],
              .map_factor = 1,
              .value_factor = 1,
              .factor = factor,
              .perceptron = 1,
              .field = out},
  };
  pool_run(context->pool, threads, run_layer_tile, &layer, (s->points + variant->tile - 1) / variant->tile);
  return DONE;
}
