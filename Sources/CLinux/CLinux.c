// The wrappers that need _GNU_SOURCE; everything else is inline in the header.
#define _GNU_SOURCE

#include "CLinux.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

int linux_accept(int fd) {
  return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int linux_affinity_count(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

void linux_name_thread(const char *name) { (void)pthread_setname_np(pthread_self(), name); }

int linux_join_thread(pthread_t thread, int64_t nanoseconds) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  nanoseconds += end.tv_nsec;
  end.tv_sec += nanoseconds / 1000000000;
  end.tv_nsec = nanoseconds % 1000000000;
  return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &end);
}

const char *linux_error_text(int error, char *room, size_t size) {
  // The GNU variant may return a text of its own and leave `room` untouched.
  return strerror_r(error, room, size);
}
