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

/// A distance between two instants, in nanoseconds.
public struct TimeSpan: Comparable, Hashable, Sendable {
  /// The distance; may be negative.
  public var nanoseconds: Int64

  /// A distance of `nanoseconds`.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// A distance of whole seconds.
  public static func seconds(_ count: Int) -> TimeSpan {
    TimeSpan(nanoseconds: Int64(count) * 1_000_000_000)
  }

  /// A distance of whole milliseconds.
  public static func milliseconds(_ count: Int) -> TimeSpan {
    TimeSpan(nanoseconds: Int64(count) * 1_000_000)
  }

  /// A distance of whole microseconds.
  public static func microseconds(_ count: Int) -> TimeSpan {
    TimeSpan(nanoseconds: Int64(count) * 1_000)
  }

  /// The distance in seconds, for people and metrics.
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The distance in whole seconds, without the fraction.
  public var wholeSeconds: Int { Int(nanoseconds / 1_000_000_000) }

  /// The distance in whole milliseconds, rounded up, so that a timer never fires early.
  public var millisecondsRoundedUp: Int64 {
    nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1_000_000 + 1
  }

  /// Whether `left` is the shorter one.
  public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

/// A point on the wall clock, in milliseconds since 1970 (UTC), as stored records hold it.
public struct UnixTime: Comparable, Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var milliseconds: Int64

  /// The time `milliseconds` after the start of 1970.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// The present time, by the machine's clock (`CLOCK_REALTIME`).
  public static func now() -> UnixTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UnixTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Whether `left` comes before `right`.
  public static func < (left: UnixTime, right: UnixTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// Whole days from this time until `end`, rounded down; negative where that has passed.
  public func days(until end: UnixTime) -> Int {
    let (days, rest) = (end.milliseconds - milliseconds).quotientAndRemainder(
      dividingBy: 86_400_000)
    return Int(rest < 0 ? days - 1 : days)
  }
}

/// The readings of both clocks at one time, such as the start of a tick.
public struct Moment: Sendable {
  /// The monotonic clock, for deadlines and timers.
  public var instant: Instant
  /// The wall clock, for what is stored and for `Date`.
  public var wall: UnixTime

  /// A moment from its two readings.
  public init(instant: Instant, wall: UnixTime) {
    self.instant = instant
    self.wall = wall
  }

  /// The present moment.
  public static func now() -> Moment { Moment(instant: .now(), wall: .now()) }
}
