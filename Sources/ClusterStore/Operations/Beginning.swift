// When an operation began, by both clocks, and in which process. Records are stamped with it, and
// the fate of a lost write is decided by it.

import Primitives
import Sessions

/// When and in which process an operation began.
struct Beginning {
  /// The largest difference, in milliseconds, that two machines' wall clocks are assumed to have:
  /// times closer together than this decide nothing.
  static let skew: Int64 = 1_000

  /// On the monotonic clock; unique among the operations of a worker.
  let instant: Instant
  /// On the wall clock.
  let wall: UnixTime
  /// The process: 24 random bits, not all 0.
  let origin: UInt32

  /// Whether a record was written before or after this operation began.
  enum Order { case before, after, undecided }

  /// Whether the record was already on its way when this operation began, or was sent later.
  ///
  /// 1. Written by the same process: its one monotonic clock decides.
  /// 2. Written by another process: the wall clocks decide if they differ by more than a second.
  /// 3. Written by a script for another process: undecided, since its time may be an earlier
  ///    write's.
  func order(of record: RecordHeader) -> Order {
    let stamp = record.stamp
    if stamp.kind == .unknown { return .undecided }
    if stamp.origin == origin { return stamp.begun < instant ? .before : .after }
    if stamp.kind == .scripted { return .undecided }
    let ahead = wall.milliseconds - record.created.milliseconds
    if ahead > Self.skew { return .before }
    return ahead < -Self.skew ? .after : .undecided
  }

  /// The same operation's beginning, had it begun at `instant`.
  func delayed(to instant: Instant) -> Beginning {
    let delay = (instant - self.instant).nanoseconds / 1_000_000
    let wall = UnixTime(milliseconds: wall.milliseconds + delay)
    return Beginning(instant: instant, wall: wall, origin: origin)
  }

  /// The stamp of a record that this operation writes.
  func stamp(_ kind: WriteStamp.Kind) -> WriteStamp {
    WriteStamp(kind, origin: origin, begun: instant)
  }
}
