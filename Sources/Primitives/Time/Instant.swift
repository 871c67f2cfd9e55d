// Clocks. Rooms are given the time: only event loops read a clock, so that tests and simulations
// can choose it. A loop reads it once per tick, and again where the time of a tick that was held up
// would be too old.

import Glibc

/// A point on the machine's monotonic clock, in nanoseconds.
///
/// Eight bytes, so that a deadline in a table costs as much as any other integer.
public struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since an arbitrary start, the same for all threads of the machine.
  public var nanoseconds: Int64

  /// The instant `nanoseconds` after the clock's start.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// An instant that no clock reaches: "no deadline".
  public static var never: Instant { Instant(nanoseconds: .max) }

  /// The present instant, by the machine's clock (`CLOCK_MONOTONIC`).
  public static func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Whether `left` comes before `right`.
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The instant `span` later; `never` stays `never`, and a sum beyond 64 bits becomes it.
  public static func + (instant: Instant, span: TimeSpan) -> Instant {
    if instant == .never { return .never }
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(span.nanoseconds)
    return Instant(nanoseconds: overflow ? .max : sum)
  }

  /// How much later `left` is than `right`; negative when it is earlier. A distance beyond 64 bits
  /// becomes the longest that they hold.
  public static func - (left: Instant, right: Instant) -> TimeSpan {
    let (distance, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return TimeSpan(nanoseconds: overflow ? (left < right ? .min : .max) : distance)
  }
}
