#include "pool.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "threads.h"

struct worker {
  struct pool *pool;
  int32_t number;
  thread thread;
};

struct pool {
  lock mutex;
  condition wake, idle;
  /* Threads of the pool and of this round; threads at work beside the caller's; whether the round may be joined. */
  int32_t threads, wanted, busy, open, closing;
  uint64_t round;
  task_fn *task;
  void *work;
  int32_t items;
  atomic_int next;
  struct worker workers[];
};

static void take_items(struct pool *pool, int32_t thread) {
  for (;;) {
    const int32_t item = atomic_fetch_add(&pool->next, 1);
    if (item >= pool->items) return;
    pool->task(pool->work, item, thread);
  }
}

static THREAD_BODY wait_for_work(void *argument) {
  struct worker *self = argument;
  struct pool *pool = self->pool;
  uint64_t known = 0;
  lock_take(&pool->mutex);
  for (;;) {
    while (pool->round == known && !pool->closing) condition_wait(&pool->wake, &pool->mutex);
    if (pool->closing) break;
    known = pool->round;
    /* Too late for a round that is over, or not wanted in it. */
    if (!pool->open || self->number >= pool->wanted) continue;
    pool->busy++;
    lock_leave(&pool->mutex);
    take_items(pool, self->number);
    lock_take(&pool->mutex);
    if (--pool->busy == 0) condition_wake(&pool->idle);
  }
  lock_leave(&pool->mutex);
  return THREAD_DONE;
}

struct pool *pool_create(int32_t threads) {
  struct pool *pool = calloc(1, sizeof *pool + (size_t)threads * sizeof pool->workers[0]);
  if (pool == NULL) return NULL;
  lock_create(&pool->mutex);
  condition_create(&pool->wake);
  condition_create(&pool->idle);
  pool->threads = 1;
  while (pool->threads < threads) {
    struct worker *worker = &pool->workers[pool->threads];
    *worker = (struct worker){.pool = pool, .number = pool->threads};
    if (!thread_start(&worker->thread, wait_for_work, worker)) break;
    pool->threads++;
  }
  return pool;
}

int32_t pool_threads(const struct pool *pool) { return pool->threads; }

void pool_run(struct pool *pool, int32_t threads, task_fn *task, void *work, int32_t items) {
  if (threads > pool->threads) threads = pool->threads;
  if (threads <= 1 || items <= 1) {
    for (int32_t item = 0; item < items; item++) task(work, item, 0);
    return;
  }
  lock_take(&pool->mutex);
  pool->task = task;
  pool->work = work;
  pool->items = items;
  pool->wanted = threads;
  pool->open = 1;
  atomic_store(&pool->next, 0);
  pool->round++;
  condition_wake_all(&pool->wake);
  lock_leave(&pool->mutex);
  take_items(pool, 0);
  lock_take(&pool->mutex);
  /* Whoever has not woken by now is not waited for. */
  pool->open = 0;
  while (pool->busy > 0) condition_wait(&pool->idle, &pool->mutex);
  lock_leave(&pool->mutex);
}

void pool_destroy(struct pool *pool) {
  lock_take(&pool->mutex);
  pool->closing = 1;
  condition_wake_all(&pool->wake);
  lock_leave(&pool->mutex);
  for (int32_t t = 1; t < pool->threads; t++) thread_join(pool->workers[t].thread);
  condition_destroy(&pool->wake);
  condition_destroy(&pool->idle);
  lock_destroy(&pool->mutex);
  free(pool);
}
