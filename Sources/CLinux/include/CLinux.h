// The parts of Linux that Swift's Glibc module leaves out: wrappers and typed constants only.
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

static const uint32_t LINUX_EPOLLIN = EPOLLIN;
static const uint32_t LINUX_EPOLLOUT = EPOLLOUT;
static const uint32_t LINUX_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t LINUX_EPOLLHUP = EPOLLHUP;
static const uint32_t LINUX_EPOLLERR = EPOLLERR;
static const uint32_t LINUX_EPOLLET = 1u << 31;

static const int LINUX_EPOLL_CTL_ADD = EPOLL_CTL_ADD;
static const int LINUX_EPOLL_CTL_DEL = EPOLL_CTL_DEL;

static const int LINUX_SOCK_NEW = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
static const int LINUX_SO_REUSEPORT = SO_REUSEPORT;
static const int LINUX_TCP_NODELAY = TCP_NODELAY;
static const int LINUX_TCP_KEEPIDLE = TCP_KEEPIDLE;
static const int LINUX_TCP_KEEPINTVL = TCP_KEEPINTVL;
static const int LINUX_TCP_KEEPCNT = TCP_KEEPCNT;
static const int LINUX_TCP_USER_TIMEOUT = TCP_USER_TIMEOUT;

static inline int linux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int linux_epoll_ctl(int poller, int operation, int fd, uint32_t events,
                                  uint64_t token) {
  struct epoll_event event;
  event.events = events;
  event.data.u64 = token;
  return epoll_ctl(poller, operation, fd, &event);
}

static inline uint64_t linux_event_token(const struct epoll_event *event) {
  return event->data.u64;
}

static inline uint32_t linux_event_bits(const struct epoll_event *event) { return event->events; }

static inline int linux_notify_socket(void) {
  return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static inline int linux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int linux_timerfd(void) {
  return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

// Makes the timer expire once, at a time of the monotonic clock; 0 stops it.
static inline int linux_timerfd_set(int fd, int64_t nanoseconds) {
  struct itimerspec time = {{0, 0}, {nanoseconds / 1000000000, nanoseconds % 1000000000}};
  return timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL);
}

static inline int linux_socket(int family) { return socket(family, LINUX_SOCK_NEW, 0); }

static inline int linux_socketpair(int fds[2]) {
  return socketpair(AF_UNIX, LINUX_SOCK_NEW, 0, fds);
}

// These are compiled in CLinux.c: the C library declares the functions they call only under
// _GNU_SOURCE, which a header imported as a module cannot define.

// accept4(2): the new socket is nonblocking and not inherited by child programs.
int linux_accept(int fd);

// How many processors this process may run on; 0 when the kernel has more than fit in the set.
int linux_affinity_count(void);

// Names the calling thread; the kernel keeps 15 bytes.
void linux_name_thread(const char *name);

// Waits at most `nanoseconds` for the thread to return; 0 if it has.
int linux_join_thread(pthread_t thread, int64_t nanoseconds);

// The system's text for an error number; `room` may hold it.
const char *linux_error_text(int error, char *room, size_t size);

// Returns the free pages of all heaps to the system, where the C library can.
static inline void linux_return_spare_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

static inline int linux_get_descriptor_limit(struct rlimit *limit) {
  return getrlimit(RLIMIT_NOFILE, limit);
}

static inline int linux_set_descriptor_limit(const struct rlimit *limit) {
  return setrlimit(RLIMIT_NOFILE, limit);
}

#endif
