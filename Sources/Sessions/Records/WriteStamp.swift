// When a write was begun (or sent, if it had to wait) and by which process. It is part of the
// record, so that a gateway that finds the record can tell whether it is older or newer than a
// write of its own whose reply was lost. As long as replies arrive, nothing depends on it
// (docs/decisions/0010).
//
// Rejected: the wall clock alone (two writes may share a millisecond, and clocks are set), a
// counter of the session's writes (a plain SET does not know the last one).

public import Primitives

/// Where a write stands in the order of writes.
public struct WriteStamp: Equatable, Sendable {
  /// How a write is made.
  public enum Kind: UInt8, Sendable {
    /// Not recorded.
    case unknown
    /// Whatever was there before.
    case plain
    /// Only if there is a session, or only if there is none.
    case conditional
    /// As a script decides. The record's creation time may be an earlier write's.
    case scripted
  }

  /// A stamp without a place in the order.
  public static let unknown = WriteStamp(writer: 0, begun: Instant(nanoseconds: 0))

  /// The kind in the highest byte, and below it 24 bits that identify the gateway process.
  public let writer: UInt32
  /// When the write was begun, or sent again, by the monotonic clock of the machine that wrote.
  public let begun: Instant

  /// A stamp that was stored before.
  public init(writer: UInt32, begun: Instant) {
    self.writer = writer
    self.begun = begun
  }

  /// The stamp of a write that is begun or sent at `begun`.
  ///
  /// - Parameter origin: identifies this process; its highest byte is ignored.
  public init(_ kind: Kind, origin: UInt32, begun: Instant) {
    self.init(writer: UInt32(kind.rawValue) << 24 | origin & 0xFF_FFFF, begun: begun)
  }

  /// How the write was made.
  public var kind: Kind { Kind(rawValue: UInt8(writer >> 24)) ?? .unknown }
  /// The process that wrote; 0 when not recorded.
  public var origin: UInt32 { writer & 0xFF_FFFF }
}
