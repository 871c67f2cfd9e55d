import Primitives

/// 128 bits of the digest of the id that a caller chose for its lock request
/// (`Session-Lock-Request`).
public struct LockRequest: Equatable, Sendable, CustomStringConvertible {
  /// The first 64 bits of the digest.
  public var high: UInt64
  /// The next 64 bits.
  public var low: UInt64

  /// A digest from its parts.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The first half of a SHA-256.
  public init(sha256 digest: InlineArray<32, UInt8>) {
    let bytes = unsafe digest.span.bytes
    high = bytes.networkOrder(at: 0, as: UInt64.self)!
    low = bytes.networkOrder(at: 8, as: UInt64.self)!
  }

  /// Stands for a caller that chose no id.
  public static var none: LockRequest { LockRequest(high: 0, low: 0) }

  /// Whether the caller chose no id.
  public var isNone: Bool { high | low == 0 }

  /// Says nothing.
  public var description: String { "LockRequest(redacted)" }
}
