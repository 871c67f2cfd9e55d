// A library in C that stands before the program's malloc and counts the calls (LD_PRELOAD). The count
// lies in a file that both map, so that a test reads it while the program runs and needs nothing of
// the program: neither a signal nor a door that only tests use.

import TestLab

/// Counts the allocations of a program that is started with `environment`.
final class AllocationShim: Sendable {
  private let folder: TemporaryFolder

  /// Compiles the library.
  init() throws {
    folder = try TemporaryFolder()
    let source = try folder.write("allocations.c", Self.source)
    try folder.write("count", [UInt8](repeating: 0, count: 8))
    try Command.succeed(
      "clang", ["-O2", "-fPIC", "-shared", "-o", folder.file("allocations.so"), source])
  }

  /// What a program that is to be counted is started with.
  var environment: [String: String] {
    ["LD_PRELOAD": folder.file("allocations.so"), "ALLOCATION_COUNT": folder.file("count")]
  }

  /// How many allocations there were so far, on all threads.
  var count: Int { bytes(of: folder.file("count")).reversed().reduce(0) { $0 << 8 | Int($1) } }

  // glibc exports its own functions under a second name, so that nothing has to be looked up, which
  // would allocate.
  private static let source = """
    #include <errno.h>
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <unistd.h>

    extern void *__libc_malloc(size_t);
    extern void *__libc_calloc(size_t, size_t);
    extern void *__libc_realloc(void *, size_t);
    extern void *__libc_memalign(size_t, size_t);

    static uint64_t unmapped;
    static uint64_t *count = &unmapped;

    __attribute__((constructor)) static void start(void) {
      const char *path = getenv("ALLOCATION_COUNT");
      int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *shared = mmap(0, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (shared != MAP_FAILED) count = shared;
      close(file);
    }

    static void note(void) { __atomic_fetch_add(count, 1, __ATOMIC_RELAXED); }

    void *malloc(size_t size) { note(); return __libc_malloc(size); }
    void *calloc(size_t number, size_t size) { note(); return __libc_calloc(number, size); }
    void *realloc(void *old, size_t size) { note(); return __libc_realloc(old, size); }
    void *memalign(size_t to, size_t size) { note(); return __libc_memalign(to, size); }
    void *aligned_alloc(size_t to, size_t size) { note(); return __libc_memalign(to, size); }
    int posix_memalign(void **new, size_t to, size_t size) {
      note();
      *new = __libc_memalign(to, size);
      return *new ? 0 : ENOMEM;
    }

    """
}
