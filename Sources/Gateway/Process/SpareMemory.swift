// Free memory that the process keeps. The C library returns it to the system by itself only from
// the end of a heap, so one small buffer that outlives a flood of bodies keeps hundreds of
// megabytes resident for good. The first thread looks every few seconds, and has them returned when
// much more is resident than at rest, and neither clients' buffers nor the memory store's sessions
// explain it.
//
// Rejected: large buffers from the kernel one by one (M_MMAP_THRESHOLD), which never stay, but made
// a request of 1 MiB cost 55 % more of the processor and one of 300 KiB 24 % more (2026-11-30).

import Primitives

/// Decides when free memory is worth returning.
struct SpareMemory {
  /// How much more than at rest is worth it, in bytes.
  static let worthwhile = 32 << 20
  /// Of what is held, how large a part may be lost between the pieces without being worth it: a half.
  static let slack = 2
  /// How often at most. A worker that allocates while its heap is searched has to wait.
  static let pause = TimeSpan.seconds(60)

  private var atRest = Int.max
  private var notBefore = Instant(nanoseconds: .min)

  /// Whether to return free memory now.
  ///
  /// - Parameters:
  ///   - resident: the process's resident memory, in bytes.
  ///   - held: how much of it is in use.
  mutating func isWorthReturning(resident: Int, held: Int, at now: Instant) -> Bool {
    atRest = min(atRest, resident)
    let worthwhile = max(Self.worthwhile, held / Self.slack)
    guard notBefore <= now, resident - held - atRest > worthwhile else { return false }
    notBefore = now + Self.pause
    return true
  }
}
