/* Calls functions of a library, one after another, as standard input asks: `serve LIBRARY`. See emulated-library.ts.
 *
 * A request: counts (of letters of the name, integers, doubles, regions, and whether the result is a double), the name,
 * an integer or pointer as (region or -1, value or offset), doubles, sizes of the regions, their bytes. The answer: the
 * result in 8 bytes, and the bytes of every region as the call left them. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { INTEGERS = 20, DOUBLES = 4, REGIONS = 20, LETTERS = 64 };

struct counts {
  int32_t letters, integers, doubles, regions, real;
};

struct integer {
  int64_t region, value;
};

/* Integers and doubles travel apart: each kind in registers of its own, then in stack slots of 8 bytes. So one type of
 * function calls all that take no more of them (the procedure calls of AAPCS64 and of System V on x86-64). */
#define ARGUMENTS                                                                                                \
  a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15], a[16], \
      a[17], a[18], a[19], x[0], x[1], x[2], x[3]
#define I4 int64_t, int64_t, int64_t, int64_t
#define PARAMETERS I4, I4, I4, I4, I4, double, double, double, double
typedef int64_t returns_integer(PARAMETERS);
typedef double returns_double(PARAMETERS);

union result {
  int64_t integer;
  double real;
};

static int get(void *to, size_t bytes) { return fread(to, 1, bytes, stdin) == bytes; }

static void fail(const char *why) {
  fprintf(stderr, "serve: %s\n", why);
  exit(1);
}

/* One request; 0 at the end of input. */
static int serve(void *library) {
  struct counts n;
  char name[LETTERS] = {0};
  struct integer integers[INTEGERS];
  int64_t a[INTEGERS] = {0}, sizes[REGIONS];
  double x[DOUBLES] = {0};
  char *regions[REGIONS];
  if (!get(&n, sizeof n)) return 0;
  if (n.letters >= LETTERS || n.integers > INTEGERS || n.doubles > DOUBLES || n.regions > REGIONS) fail("too much");
  if (!get(name, (size_t)n.letters) || !get(integers, (size_t)n.integers * sizeof *integers) ||
      !get(x, (size_t)n.doubles * sizeof *x) || !get(sizes, (size_t)n.regions * sizeof *sizes)) {
    fail("half a request");
  }
  for (int r = 0; r < n.regions; r++) {
    regions[r] = aligned_alloc(64, (size_t)(sizes[r] + 64) / 64 * 64);
    if (regions[r] == NULL || !get(regions[r], (size_t)sizes[r])) fail("half a region, or no memory");
  }
  for (int k = 0; k < n.integers; k++) {
    const struct integer *given = &integers[k];
    a[k] = given->region < 0 ? given->value : (int64_t)(intptr_t)(regions[given->region] + given->value);
  }
  void *function = dlsym(library, name);
  if (function == NULL) fail(dlerror());
  union result result;
  if (n.real) result.real = ((returns_double *)function)(ARGUMENTS);
  else result.integer = ((returns_integer *)function)(ARGUMENTS);
  fwrite(&result, sizeof result, 1, stdout);
  for (int r = 0; r < n.regions; r++) {
    fwrite(regions[r], 1, (size_t)sizes[r], stdout);
    free(regions[r]);
  }
  return fflush(stdout) == 0;
}

int main(int argc, char **argv) {
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (library == NULL) fail(argc == 2 ? dlerror() : "serve LIBRARY");
  while (serve(library)) continue;
  return 0;
}
