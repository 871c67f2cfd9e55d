// What proves that a caller holds a lock. It is a secret: its description says nothing.

public import Primitives

/// 128 random bits that are given to the holder of a lock.
public struct LockToken: Equatable, Sendable, CustomStringConvertible {
  /// The first 64 bits.
  public var high: UInt64
  /// The last 64 bits.
  public var low: UInt64

  /// A token that was given out or stored before.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Stands for the absence of a token; never given out.
  public static var none: LockToken { LockToken(high: 0, low: 0) }

  /// Whether there is no token.
  public var isNone: Bool { high | low == 0 }

  /// A token for a lock that is about to be acquired.
  public static func random(_ entropy: inout Entropy) -> LockToken {
    var token = LockToken(high: entropy.bits(), low: entropy.bits())
    while token.isNone { token = LockToken(high: entropy.bits(), low: entropy.bits()) }
    return token
  }

  /// Reads 32 lower-case hexadecimal digits; nil when the bytes are not a token.
  public init?(hexadecimal bytes: RawSpan) {
    guard bytes.byteCount == 32, let high = bytes.hexadecimal(at: 0),
      let low = bytes.hexadecimal(at: 16), high | low != 0
    else { return nil }
    self.init(high: high, low: low)
  }

  /// Says nothing.
  public var description: String { "LockToken(redacted)" }
}
