// What proves that a caller holds a lock, and what lets a caller that lost the response find its
// lock again. Both are secrets: their descriptions say nothing.

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

/// A lock that a caller holds.
public struct LockGrant: Equatable, Sendable {
  /// The token that proves it.
  public var token: LockToken
  /// After how many seconds its lease ends unless renewed; never 0.
  public var expiresIn: Int32

  /// A grant from its parts.
  public init(token: LockToken, expiresIn: Int) {
    self.token = token
    self.expiresIn = Int32(clamping: expiresIn)
  }
}

/// Bounds of leases, in whole seconds.
public enum Lease {
  /// How many seconds a lease may last.
  public static let bounds = 1...3_600
  /// How many seconds a lease lasts by default.
  public static let standard = 30
}
