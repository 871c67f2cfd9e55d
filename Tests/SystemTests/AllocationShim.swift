// A library in C that stands before the program's malloc and counts the calls (LD_PRELOAD), those that
// OpenSSL's libraries make for themselves apart. The counts lie in a file that both map, so that a
// test reads them while the program runs and needs nothing of the program: neither a signal nor a door
// that only tests use.

import TestLab

/// Allocations by who made them.
struct AllocationCount: Equatable {
  /// By the program and all its libraries but OpenSSL.
  var own: Int
  /// By libssl and libcrypto.
  var openSSL: Int
}

/// Counts the allocations of a program that is started with `environment`.
final class AllocationShim: Sendable {
  private let folder: TemporaryFolder

  /// Compiles the library.
  init() throws {
    folder = try TemporaryFolder()
    let source = try folder.write("allocations.c", Self.source)
    try folder.write("count", [UInt8](repeating: 0, count: 16))
    try Command.succeed(
      "clang", ["-O2", "-fPIC", "-shared", "-o", folder.file("allocations.so"), source])
  }

  /// What a program that is to be counted is started with.
  var environment: [String: String] {
    ["LD_PRELOAD": folder.file("allocations.so"), "ALLOCATION_COUNT": folder.file("count")]
  }

  /// How many allocations there were so far, on all threads.
  var count: AllocationCount {
    let bytes = bytes(of: folder.file("count"))
    func number(_ part: some Sequence<UInt8>) -> Int {
      part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    return AllocationCount(own: number(bytes.prefix(8)), openSSL: number(bytes.suffix(8)))
  }

  // glibc exports its own functions under a second name, so that nothing has to be looked up, which
  // would allocate.
  private static let source = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <link.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <unistd.h>

    extern void *__libc_malloc(size_t);
    extern void *__libc_calloc(size_t, size_t);
    extern void *__libc_realloc(void *, size_t);
    extern void *__libc_memalign(size_t, size_t);

    static uint64_t unmapped[2];
    static uint64_t *counts = unmapped;
    static struct { uintptr_t from, to; } openssl[2];

    static int look(struct dl_phdr_info *library, size_t size, void *unused) {
      int ssl = !!strstr(library->dlpi_name, "/libssl.so");
      if (!ssl && !strstr(library->dlpi_name, "/libcrypto.so")) return 0;
      for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        openssl[ssl].from = library->dlpi_addr + part->p_vaddr;
        openssl[ssl].to = openssl[ssl].from + part->p_memsz;
      }
      return 0;
    }

    __attribute__((constructor)) static void start(void) {
      const char *path = getenv("ALLOCATION_COUNT");
      int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
      if (file < 0) return;
      dl_iterate_phdr(look, 0);
      void *shared = mmap(0, sizeof unmapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (shared != MAP_FAILED) counts = shared;
      close(file);
    }

    static void note(void *by) {
      uintptr_t caller = (uintptr_t)by;
      int foreign = 0;
      for (int i = 0; i < 2; i++)
        foreign |= caller >= openssl[i].from && caller < openssl[i].to;
      __atomic_fetch_add(&counts[foreign], 1, __ATOMIC_RELAXED);
    }
    #define NOTE() note(__builtin_return_address(0))

    void *malloc(size_t size) { NOTE(); return __libc_malloc(size); }
    void *calloc(size_t number, size_t size) { NOTE(); return __libc_calloc(number, size); }
    void *realloc(void *old, size_t size) { NOTE(); return __libc_realloc(old, size); }
    void *memalign(size_t to, size_t size) { NOTE(); return __libc_memalign(to, size); }
    void *aligned_alloc(size_t to, size_t size) { NOTE(); return __libc_memalign(to, size); }
    int posix_memalign(void **new, size_t to, size_t size) {
      NOTE();
      *new = __libc_memalign(to, size);
      return *new ? 0 : ENOMEM;
    }

    """
}
