// When an operation was begun, by both clocks, and by which process. What a record is stamped with,
// and what the fate of a lost write is told by.

import Primitives
import Sessions

/// When and by whom an operation was begun.
struct Beginning {
  /// How far the wall clocks of two machines may be apart, at most, for times to say anything.
  static let skew: Int64 = 1_000

  /// On the monotonic clock; no two operations of a worker have the same.
  let instant: Instant
  /// On the wall clock.
  let wall: UnixTime
  /// The process, as 24 random bits that are not all 0.
  let origin: UInt32

  /// How a record that was found stands to this operation.
  enum Order { case before, after, undecided }

  /// Whether the record was on its way before this operation was begun, or was sent after that.
  ///
  /// 1. The same process wrote it: its one monotonic clock tells.
  /// 2. Another one did: the wall clocks tell, where more than a second lies between the two.
  /// 3. A script wrote it for another process: the record's time may be that of an earlier write.
  func order(of record: RecordHeader) -> Order {
    let stamp = record.stamp
    if stamp.kind == .unknown { return .undecided }
    if stamp.origin == origin { return stamp.begun < instant ? .before : .after }
    if stamp.kind == .scripted { return .undecided }
    let ahead = wall.milliseconds - record.created.milliseconds
    if ahead > Self.skew { return .before }
    return ahead < -Self.skew ? .after : .undecided
  }

  /// The same operation's, had it been begun at `instant`.
  func delayed(to instant: Instant) -> Beginning {
    let delay = (instant - self.instant).nanoseconds / 1_000_000
    let wall = UnixTime(milliseconds: wall.milliseconds + delay)
    return Beginning(instant: instant, wall: wall, origin: origin)
  }

  /// The stamp of what this operation writes.
  func stamp(_ kind: WriteStamp.Kind) -> WriteStamp {
    WriteStamp(kind, origin: origin, begun: instant)
  }
}
