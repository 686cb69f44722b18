/* Threads that wait for work. Items are handed out one by one, so an item's result must not depend on its thread. */
#ifndef MEANFIELD_POOL_H
#define MEANFIELD_POOL_H

#include <stdint.h>

struct pool;
/* Called for each item with the number of the thread, 0 for the caller's. */
typedef void task_fn(void *work, int32_t item, int32_t thread);

/* `threads` counts the caller; fewer when the system refuses. NULL without memory. */
struct pool *pool_create(int32_t threads);
int32_t pool_threads(const struct pool *pool);
/* Runs all items on up to `threads` threads and returns when they are done. */
void pool_run(struct pool *pool, int32_t threads, task_fn *task, void *work, int32_t items);
void pool_destroy(struct pool *pool);

#endif
