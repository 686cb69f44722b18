/* One attention head over one system of points, or over a batch of systems. */
#include <math.h>

#include "context.h"
#include "numbers.h"

enum weight { WEIGHT_EXPONENTIAL, WEIGHT_SHIFTED_EXPONENTIAL, WEIGHT_GAUSSIAN, WEIGHT_SIGMOID, WEIGHT_LINEAR };

/* The order of `sizes` in mf_attend. */
struct sizes {
  int32_t single, weight, normalised, d, keys, queries, systems, heads, head, only_check;
};

struct call {
  const struct context *context;
  const struct variant *variant;
  struct sizes sizes;
  double beta, bias, decay;
  const double *key_points, *key_weights, *query_points, *query_key, *value, *key_gram, *query_gram, *potential;
  const int32_t *from, *to;
  const double *key_positions, *query_positions;
  double *field, *log_partition, *entropy;
  const int32_t *kept;
  int64_t kept_count;
  double greatest_score; /* bound on |score|, nats, without the biases of exponential weights */
  int32_t fused;         /* whether tiles of bounded scores run fused */
  struct job job;
  struct keys keys;
};

static const double LOG2E = 1.4426950408889634;

static int exponential(const struct call *call) { return call->sizes.weight <= WEIGHT_GAUSSIAN; }

static int64_t round_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

/* Whether all coordinates of some system, not all 0, times the least weight that needs no maximum, 2^-BOUNDED, would lose
 * digits. Where the first key is large enough, the others need no look. */
static int too_small(const struct call *call) {
  const struct sizes *s = &call->sizes;
  const double least = s->single ? 0x1p-58 : 0x1p-500;
  const int64_t size = (int64_t)s->keys * s->d;
  for (int64_t system = 0; system < s->systems; system++) {
    const double *x = call->key_points + system * size;
    double first = 0;
    for (int32_t c = 0; c < s->d; c++) first = fabs(x[c]) > first ? fabs(x[c]) : first;
    if (first >= least) continue;
    const double greatest = call->variant->greatest(x, size);
    if (greatest != 0 && greatest < least) return 1;
  }
  return 0;
}

/* Whether the numbers leave the range in which this precision keeps what it promises; NaN does. */
static int out_of_range(struct call *call) {
  const struct sizes *s = &call->sizes;
  const double keys = call->variant->greatest(call->key_points, (int64_t)s->systems * s->keys * s->d);
  const double queries = call->query_points == call->key_points
                             ? keys
                             : call->variant->greatest(call->query_points, (int64_t)s->systems * s->queries * s->d);
  const double norm = matrix_norm(call->query_key, s->d);
  const double score = fabs(call->beta) * norm * keys * queries * s->d;
  call->greatest_score = score;
  if (!(keys <= 1e15 && queries <= 1e15 && score <= (s->single ? 1e18 : 1e25))) return 1;
  if (too_small(call)) return 1;
  if (!(fabs(call->decay) <= (s->single ? 60 : 600))) return 1;
  if (call->potential != NULL && !(call->variant->greatest(call->potential, s->keys) <= (s->single ? 1e18 : 1e25))) return 1;
  if (s->weight != WEIGHT_SIGMOID) return 0;
  /* The field stays right where 1/(1 + e^-s) underflows; its logarithm and its sum alone do not. */
  const int relative = call->log_partition != NULL || call->entropy != NULL || s->normalised;
  return !(fabs(call->bias) <= 1e15) || (relative && score + fabs(call->bias) > (s->single ? 80 : 700));
}

/* Keys of positive mass, and the ranges among them; 0 when some query sees none. */
static int choose_keys(struct context *context, struct call *call, enum result *result) {
  const struct sizes *s = &call->sizes;
  int32_t *before = reserve(&context->before, ((size_t)s->keys + 1) * sizeof *before);
  int32_t *kept = reserve(&context->kept, (size_t)s->keys * sizeof *kept);
  int32_t *from = reserve(&context->from, (size_t)s->queries * sizeof *from);
  int32_t *to = reserve(&context->to, (size_t)s->queries * sizeof *to);
  if (before == NULL || kept == NULL || from == NULL || to == NULL) {
    *result = NO_MEMORY;
    return 0;
  }
  *result = DECLINED;
  int32_t count = 0;
  for (int32_t j = 0; j < s->keys; j++) {
    before[j] = count;
    if (call->key_weights[j] > 0) kept[count++] = j;
    else if (!(call->key_weights[j] == 0)) return 0;
  }
  before[s->keys] = count;
  if (count == 0 || (s->single && count >= 1 << 24)) return 0;
  call->kept = count < s->keys ? kept : NULL;
  call->kept_count = count;
  if (call->from == NULL) return 1;
  for (int32_t i = 0; i < s->queries; i++) {
    from[i] = before[call->from[i]];
    to[i] = before[call->to[i]];
    if (from[i] >= to[i]) return 0;
  }
  call->from = from;
  call->to = to;
  return 1;
}

/* Score biases relative to their greatest (log2), or masses. */
static void weigh_keys(const struct call *call, const double *points, struct keys *keys, double *bias, double *mass) {
  const int64_t d = call->sizes.d;
  double most = -INFINITY, least = INFINITY, known = -1, log_known = 0;
  for (int64_t k = 0; k < keys->count; k++) {
    const int64_t j = call->kept == NULL ? k : call->kept[k];
    const double weight = call->key_weights[j];
    /* Relative to the middle of the context, so that the fading part stays small. */
    const double fade = call->decay == 0 ? 0 : call->decay * (call->key_positions[j] - 0.5);
    if (!exponential(call)) {
      bias[k] = call->sizes.weight == WEIGHT_SIGMOID ? call->bias * LOG2E : 0;
      mass[k] = weight * exp(fade);
      continue;
    }
    if (weight != known) log_known = log(known = weight);
    bias[k] = log_known + fade;
    if (call->potential != NULL) bias[k] += call->potential[j];
    if (call->sizes.weight == WEIGHT_GAUSSIAN) bias[k] -= call->beta * quadratic_form(call->key_gram, points + j * d, d);
    most = bias[k] > most ? bias[k] : most;
    least = bias[k] < least ? bias[k] : least;
  }
  keys->offset = keys->lowest = 0;
  if (!exponential(call)) return;
  for (int64_t k = 0; k < keys->count; k++) bias[k] = (bias[k] - most) * LOG2E;
  keys->offset = most;
  keys->lowest = (least - most) * LOG2E;
}

/* max |k|, which is wanted where the coordinates' bound says too little. */
static double greatest_norm(const struct call *call, const double *points) {
  const int64_t d = call->sizes.d;
  double most = 0;
  for (int64_t k = 0; k < call->kept_count; k++) {
    const double *x = points + (call->kept == NULL ? k : call->kept[k]) * d;
    double square = 0;
    for (int64_t c = 0; c < d; c++) square += x[c] * x[c];
    most = square > most ? square : most;
  }
  return sqrt(most);
}

/* What is known of the keys without their points: all systems share it, but for the weight gaussian. */
static int place_weights(const struct call *call, struct workspace *workspace, const double *points, struct keys *keys) {
  const struct variant *variant = call->variant;
  const int64_t count = call->kept_count, padded = round_up(count, variant->rows);
  const size_t size = (size_t)variant->real_bytes;
  double *bias = reserve(&workspace->key_bias, (size_t)count * sizeof *bias);
  double *mass = reserve(&workspace->key_mass, (size_t)count * sizeof *mass);
  keys->count = count;
  keys->bias = reserve(&workspace->bias, (size_t)padded * size);
  keys->mass = reserve(&workspace->mass, (size_t)padded * size);
  if (!bias || !mass || !keys->bias || !keys->mass) return 0;
  weigh_keys(call, points, keys, bias, mass);
  variant->pack_weights(keys, bias, exponential(call) ? NULL : mass);
  return 1;
}

/* The keys of a system whose weights are placed, in the forms that its tiles may read. */
static int pack_keys(const struct call *call, struct workspace *workspace, int64_t system, struct keys *keys) {
  const struct variant *variant = call->variant;
  const int64_t d = call->sizes.d, count = keys->count;
  const size_t size = (size_t)variant->real_bytes;
  const double *points = call->key_points + system * call->sizes.keys * d;
  if (call->fused) {
    void *rows = reserve(&workspace->rows, (size_t)(count * d) * size);
    if (rows == NULL) return 0;
    variant->pack_rows(keys, (int32_t)d, points, call->kept, rows);
  }
  if (exponential(call) && !call->job.bounded) keys->norm = greatest_norm(call, points);
  if (call->fused && call->job.bounded) return 1;
  keys->panels = reserve(&workspace->panels, (size_t)(round_up(count, variant->rows) * d) * size);
  keys->values = reserve(&workspace->values, (size_t)(round_up(count, BLOCK) * round_up(d, variant->rows)) * size);
  if (!keys->panels || !keys->values) return 0;
  variant->pack(keys, (int32_t)d, points, NULL, call->kept);
  return 1;
}

/* Whether every system weighs its keys anew. */
static int own_weights(const struct call *call) {
  return call->sizes.systems > 1 && call->sizes.weight == WEIGHT_GAUSSIAN;
}

static int32_t tiles_of(const struct call *call) {
  return (int32_t)(round_up(call->sizes.queries, call->variant->tile) / call->variant->tile);
}

static void attend_tile(void *work, int32_t item, int32_t thread) {
  const struct call *call = work;
  call->variant->run_tile(&call->job, item, call->context->workspaces[thread].scratch.data);
}

static void attend_system(void *work, int32_t item, int32_t thread) {
  const struct call *call = work;
  const struct sizes *s = &call->sizes;
  struct workspace *workspace = &call->context->workspaces[thread];
  struct keys keys = call->keys;
  struct job job = call->job;
  if (own_weights(call)) place_weights(call, workspace, call->key_points + (int64_t)item * s->keys * s->d, &keys);
  pack_keys(call, workspace, item, &keys);
  job.keys = &keys;
  job.points += (int64_t)item * s->queries * s->d;
  if (job.field) job.field += (int64_t)item * s->queries * s->d;
  if (job.log_partition) job.log_partition += (int64_t)item * s->heads * s->queries;
  if (job.entropy) job.entropy += (int64_t)item * s->heads * s->queries;
  for (int32_t tile = 0; tile < tiles_of(call); tile++) call->variant->run_tile(&job, tile, workspace->scratch.data);
}

/* How the systems of a batch run. */
enum arrangement { TILES, STACKS, SMALL };

/* More than this of keys and queries side by side would leave the cache. */
enum { MOST_STACK_BYTES = 1 << 18 };

/* Small systems of bounded scores that see all their tokens run whole: by themselves where their tokens fill the lanes, else
 * side by side where they are at least half a stack. */
static enum arrangement arrange(const struct call *call) {
  const struct sizes *s = &call->sizes;
  const struct job *job = &call->job;
  const struct variant *variant = call->variant;
  if (s->systems == 1 || s->keys > BLOCK || !job->bounded || call->kept != NULL || call->from != NULL) return TILES;
  if (job->decay != 0 || job->map != NULL || job->value != NULL || job->field == NULL) return TILES;
  if (variant->small_bytes(s->d, s->keys) > 0) return SMALL;
  return 2 * s->systems > variant->width && variant->stack_bytes(s->d, s->keys) <= MOST_STACK_BYTES ? STACKS : TILES;
}

static int64_t bytes_of(enum arrangement arrangement, const struct variant *variant, int32_t d, int32_t n) {
  switch (arrangement) {
    case SMALL: return variant->small_bytes(d, n);
    case STACKS: return variant->stack_bytes(d, n);
    default: return variant->scratch_bytes(d);
  }
}

static void attend_stack(void *work, int32_t item, int32_t thread) {
  const struct call *call = work;
  const struct sizes *s = &call->sizes;
  const int32_t width = call->variant->width, first = item * width;
  const int32_t systems = s->systems - first < width ? s->systems - first : width;
  struct job job = call->job;
  job.points += (int64_t)first * s->queries * s->d;
  job.field += (int64_t)first * s->queries * s->d;
  if (job.log_partition) job.log_partition += (int64_t)first * s->heads * s->queries;
  call->variant->run_stack(&job, systems, call->context->workspaces[thread].scratch.data);
}

static void attend_small(void *work, int32_t item, int32_t thread) {
  const struct call *call = work;
  const struct sizes *s = &call->sizes;
  struct job job = call->job;
  job.points += (int64_t)item * s->queries * s->d;
  job.field += (int64_t)item * s->queries * s->d;
  if (job.log_partition) job.log_partition += (int64_t)item * s->heads * s->queries;
  call->variant->run_small(&job, call->context->workspaces[thread].scratch.data);
}

static int prepare_job(struct context *context, struct call *call) {
  static const enum operation operations[] = {EXP, EXP, EXP, SIGMOID, LINEAR};
  const struct sizes *s = &call->sizes;
  const int64_t d = s->d, panel = call->variant->rows;
  double *map = reserve(&context->map, (size_t)(round_up(d, panel) * d) * sizeof(double));
  double *value = reserve(&context->value, (size_t)(round_up(d, panel) * d) * sizeof(double));
  if (map == NULL || value == NULL) return 0;
  const int scaled_map = is_multiple_of_identity(call->query_key, d);
  const int scaled_value = is_multiple_of_identity(call->value, d);
  if (!scaled_map) pack_matrix(map, call->query_key, d, d, d, 1, panel);
  if (!scaled_value) pack_matrix(value, call->value, d, d, d, 1, panel);
  const double unit = s->weight == WEIGHT_LINEAR ? 1 : LOG2E;
  const int64_t row = (int64_t)s->head * s->queries;
  call->job = (struct job){
      .operation = operations[s->weight],
      .d = s->d,
      .queries = s->queries,
      .heads = s->heads,
      .heads_before = s->head,
      .normalised = s->normalised,
      .keys = &call->keys,
      .points = call->query_points,
      .scale = (s->weight == WEIGHT_GAUSSIAN ? 2 : 1) * call->beta * unit,
      .map = scaled_map ? NULL : map,
      .value = scaled_value ? NULL : value,
      .map_factor = call->query_key[0],
      .value_factor = call->value[0],
      .query_constant = (s->weight == WEIGHT_SHIFTED_EXPONENTIAL ? -call->beta : 0) + 0.5 * call->decay,
      .query_gram = s->weight == WEIGHT_GAUSSIAN ? call->query_gram : NULL,
      .query_gram_factor = -call->beta,
      .decay = call->decay,
      .positions = call->query_positions,
      .from = call->from,
      .to = call->to,
      .field = call->field,
      .log_partition = call->log_partition ? call->log_partition + row : NULL,
      .entropy = call->entropy ? call->entropy + row : NULL,
  };
  return 1;
}

/* Whether coordinates and biases alone tell that no score needs a running maximum; in every system alike. */
static int scores_bounded(const struct call *call) {
  if (!exponential(call) || call->entropy != NULL || own_weights(call)) return 0;
  const double unit = (call->sizes.weight == WEIGHT_GAUSSIAN ? 2 : 1) * LOG2E;
  /* A hundredth for roundings: the tiles' own, exact test must then hold as well. */
  return 1.01 * unit * call->greatest_score - call->keys.lowest <= call->variant->bound;
}

static enum result attend(struct context *context, struct call *call) {
  const struct sizes *s = &call->sizes;
  enum result result;
  if (out_of_range(call)) return DECLINED;
  if (!choose_keys(context, call, &result)) return result;
  if (s->only_check) return DONE;
  if (!prepare_job(context, call)) return NO_MEMORY;
  const double work = (double)s->systems * s->queries * call->kept_count * (2.0 * s->d + 12);
  const int32_t threads = threads_for(context, work), systems = s->systems;
  call->fused = s->d <= call->variant->fused_dimension && exponential(call) && call->entropy == NULL;
  if (!place_weights(call, &context->workspaces[0], call->key_points, &call->keys)) return NO_MEMORY;
  call->job.bounded = scores_bounded(call);
  const enum arrangement arrangement = arrange(call);
  for (int32_t t = 0; t < threads; t++) {
    const int64_t bytes = bytes_of(arrangement, call->variant, s->d, s->keys);
    if (!reserve(&context->workspaces[t].scratch, (size_t)bytes)) return NO_MEMORY;
    if (arrangement != TILES) continue;
    /* The first thread's packing is used alone; for a batch every thread's memory has to be there before writing. */
    if (t > 0 && own_weights(call) && !place_weights(call, &context->workspaces[t], call->key_points, &call->keys)) {
      return NO_MEMORY;
    }
    if ((t == 0 || systems > 1) && !pack_keys(call, &context->workspaces[t], 0, &call->keys)) return NO_MEMORY;
  }
  if (arrangement == SMALL) {
    pool_run(context->pool, threads, attend_small, call, systems);
  } else if (arrangement == STACKS) {
    pool_run(context->pool, threads, attend_stack, call, (int32_t)(round_up(systems, call->variant->width) / call->variant->width));
  } else if (systems > 1) {
    pool_run(context->pool, threads, attend_system, call, systems);
  } else {
    pool_run(context->pool, threads, attend_tile, call, tiles_of(call));
  }
  return DONE;
}

/*
 * Γ of one head. `sizes` as struct sizes, `scalars` = beta, bias, decay. NULL for what is not there or not wanted.
 * Ranges [from, to) count keys; head 0 overwrites the field, later ones add. Writes nothing unless it returns DONE.
 */
int32_t mf_attend(struct context *context, const int32_t *sizes, const double *scalars, const double *key_points,
                  const double *key_weights, const double *query_points, const double *query_key, const double *value,
                  const double *key_gram, const double *query_gram, const double *potential, const int32_t *from,
                  const int32_t *to, const double *key_positions, const double *query_positions, double *field,
                  double *log_partition, double *entropy) {
  struct call call = {
      .context = context,
      .beta = scalars[0],
      .bias = scalars[1],
      .decay = scalars[2],
      .key_points = key_points,
      .key_weights = key_weights,
      .query_points = query_points,
      .query_key = query_key,
      .value = value,
      .key_gram = key_gram,
      .query_gram = query_gram,
      .potential = potential,
      .from = from,
      .to = to,
      .key_positions = key_positions,
      .query_positions = query_positions,
      .field = field,
      .log_partition = log_partition,
      .entropy = entropy,
  };
  call.sizes = *(const struct sizes *)sizes;
  call.variant = call.sizes.single ? context->f32 : context->f64;
  return attend(context, &call);
}
