// When a write was begun, or sent where it had waited, and by whom. It goes into the record, so that
// whoever finds the record can tell whether it is older or younger than a write of his own whose answer
// was lost. Nothing is decided by it while answers come (docs/decisions/0010).
//
// Rejected: the wall clock alone (two writes within a millisecond, a clock that is set), a counter of
// the session's writes (a plain SET does not know the last one).

public import Primitives

/// Where a write stands among others.
public struct WriteStamp: Equatable, Sendable {
  /// How a write comes about.
  public enum Kind: UInt8, Sendable {
    /// Nobody noted it.
    case unknown
    /// Whatever was there before.
    case plain
    /// If there is a session, or if there is none.
    case conditional
    /// As a script decides. The record's creation time may be an earlier write's.
    case scripted
  }

  /// A stamp that stands nowhere.
  public static let unknown = WriteStamp(writer: 0, begun: Instant(nanoseconds: 0))

  /// The kind in the highest byte, and 24 bits that are the gateway process's own.
  public let writer: UInt32
  /// When the write was begun, or sent anew, by the monotonic clock of the machine that wrote.
  public let begun: Instant

  /// A stamp that was stored before.
  public init(writer: UInt32, begun: Instant) {
    self.writer = writer
    self.begun = begun
  }

  /// The stamp of a write that is begun or sent now.
  ///
  /// - Parameter origin: what tells this process from others; its highest byte does not count.
  public init(_ kind: Kind, origin: UInt32, begun: Instant) {
    self.init(writer: UInt32(kind.rawValue) << 24 | origin & 0xFF_FFFF, begun: begun)
  }

  /// How the write came about.
  public var kind: Kind { Kind(rawValue: UInt8(writer >> 24)) ?? .unknown }
  /// Which process wrote; 0 when nobody noted it.
  public var origin: UInt32 { writer & 0xFF_FFFF }
}
