#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct worker {
  struct pool *pool;
  int32_t number;
  pthread_t thread;
};

struct pool {
  pthread_mutex_t mutex;
  pthread_cond_t wake, idle;
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

static void *wait_for_work(void *argument) {
  struct worker *self = argument;
  struct pool *pool = self->pool;
  uint64_t known = 0;
  pthread_mutex_lock(&pool->mutex);
  for (;;) {
    while (pool->round == known && !pool->closing) pthread_cond_wait(&pool->wake, &pool->mutex);
    if (pool->closing) break;
    known = pool->round;
    /* Too late for a round that is over, or not wanted in it. */
    if (!pool->open || self->number >= pool->wanted) continue;
    pool->busy++;
    pthread_mutex_unlock(&pool->mutex);
    take_items(pool, self->number);
    pthread_mutex_lock(&pool->mutex);
    if (--pool->busy == 0) pthread_cond_signal(&pool->idle);
  }
  pthread_mutex_unlock(&pool->mutex);
  return NULL;
}

struct pool *pool_create(int32_t threads) {
  struct pool *pool = calloc(1, sizeof *pool + (size_t)threads * sizeof pool->workers[0]);
  if (pool == NULL) return NULL;
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pthread_cond_init(&pool->idle, NULL);
  pool->threads = 1;
  while (pool->threads < threads) {
    struct worker *worker = &pool->workers[pool->threads];
    *worker = (struct worker){.pool = pool, .number = pool->threads};
    if (pthread_create(&worker->thread, NULL, wait_for_work, worker) != 0) break;
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
  pthread_mutex_lock(&pool->mutex);
  pool->task = task;
  pool->work = work;
  pool->items = items;
  pool->wanted = threads;
  pool->open = 1;
  atomic_store(&pool->next, 0);
  pool->round++;
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
  take_items(pool, 0);
  pthread_mutex_lock(&pool->mutex);
  /* Whoever has not woken by now is not waited for. */
  pool->open = 0;
  while (pool->busy > 0) pthread_cond_wait(&pool->idle, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
}

void pool_destroy(struct pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  pool->closing = 1;
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
  for (int32_t t = 1; t < pool->threads; t++) pthread_join(pool->workers[t].thread, NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_cond_destroy(&pool->idle);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}
