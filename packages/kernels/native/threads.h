/* Threads, locks and conditions of POSIX or of Windows. */
#ifndef MEANFIELD_THREADS_H
#define MEANFIELD_THREADS_H

#ifdef _WIN32

#include <process.h>
#include <stdint.h>
#include <windows.h>

typedef SRWLOCK lock;
typedef CONDITION_VARIABLE condition;
typedef HANDLE thread;
#define THREAD_BODY unsigned __stdcall
#define THREAD_DONE 0
typedef unsigned(__stdcall *thread_body)(void *);

static inline void lock_create(lock *l) { InitializeSRWLock(l); }
static inline void lock_take(lock *l) { AcquireSRWLockExclusive(l); }
static inline void lock_leave(lock *l) { ReleaseSRWLockExclusive(l); }
static inline void lock_destroy(lock *l) { (void)l; }
static inline void condition_create(condition *c) { InitializeConditionVariable(c); }
static inline void condition_wait(condition *c, lock *l) { SleepConditionVariableSRW(c, l, INFINITE, 0); }
static inline void condition_wake(condition *c) { WakeConditionVariable(c); }
static inline void condition_wake_all(condition *c) { WakeAllConditionVariable(c); }
static inline void condition_destroy(condition *c) { (void)c; }
/* Whether it started. */
static inline int thread_start(thread *t, thread_body body, void *argument) {
  *t = (HANDLE)_beginthreadex(NULL, 0, body, argument, 0, NULL);
  return *t != NULL;
}
static inline void thread_join(thread t) {
  WaitForSingleObject(t, INFINITE);
  CloseHandle(t);
}

#else

#include <pthread.h>

typedef pthread_mutex_t lock;
typedef pthread_cond_t condition;
typedef pthread_t thread;
#define THREAD_BODY void *
#define THREAD_DONE NULL
typedef void *(*thread_body)(void *);

static inline void lock_create(lock *l) { pthread_mutex_init(l, NULL); }
static inline void lock_take(lock *l) { pthread_mutex_lock(l); }
static inline void lock_leave(lock *l) { pthread_mutex_unlock(l); }
static inline void lock_destroy(lock *l) { pthread_mutex_destroy(l); }
static inline void condition_create(condition *c) { pthread_cond_init(c, NULL); }
static inline void condition_wait(condition *c, lock *l) { pthread_cond_wait(c, l); }
static inline void condition_wake(condition *c) { pthread_cond_signal(c); }
static inline void condition_wake_all(condition *c) { pthread_cond_broadcast(c); }
static inline void condition_destroy(condition *c) { pthread_cond_destroy(c); }
/* Whether it started. */
static inline int thread_start(thread *t, thread_body body, void *argument) {
  return pthread_create(t, NULL, body, argument) == 0;
}
static inline void thread_join(thread t) { pthread_join(t, NULL); }

#endif

#endif
