import Glibc

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
