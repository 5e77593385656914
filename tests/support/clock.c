/* A clock for one process, preloaded. The file that the variable CLOCK names has two numbers in
   microseconds: the wall clock is the first, and passes only when that is changed; where it is 0,
   the wall clock is the kernel's, shifted by the second. libfaketime does the same, but cannot
   start under the allocator of Debian's Redis. Other clocks are the kernel's. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct clock {
  int64_t stands_at, shift;
};
static volatile struct clock *set;

__attribute__((constructor)) static void open_clock(void) {
  const char *name = getenv("CLOCK");
  int file = name ? open(name, O_RDONLY) : -1;
  if (file < 0) abort();
  void *found = mmap(0, sizeof *set, PROT_READ, MAP_SHARED, file, 0);
  if (found == MAP_FAILED) abort();
  set = found;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = syscall(SYS_clock_gettime, clock, now);
  if (failed || !set || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return failed;
  int64_t shifted = now->tv_sec * (int64_t)1000000 + now->tv_nsec / 1000 + set->shift;
  int64_t time = set->stands_at ? set->stands_at : shifted;
  now->tv_sec = time / 1000000;
  now->tv_nsec = time % 1000000 * 1000;
  return 0;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec exact;
  int failed = clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return failed;
}

time_t time(time_t *now) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}
