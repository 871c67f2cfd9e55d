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
