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
