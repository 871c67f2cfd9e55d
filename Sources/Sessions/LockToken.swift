// What proves that a caller holds a lock, and what lets a caller who lost the answer find its lock
// again. Secrets both: they have no description.

public import Primitives

/// 128 random bits that the holder of a lock was given.
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

  /// What stands where there is no token; never given out.
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

/// 128 bits of the digest of the id that a caller chose for its request of a lock
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
    (high, low) = (0, 0)
    for place in 0..<8 {
      high = high << 8 | UInt64(digest[place])
      low = low << 8 | UInt64(digest[place + 8])
    }
  }

  /// What stands where the caller chose no id.
  public static var none: LockRequest { LockRequest(high: 0, low: 0) }

  /// Whether the caller chose no id.
  public var isNone: Bool { high | low == 0 }

  /// Says nothing.
  public var description: String { "LockRequest(redacted)" }
}

/// A lock that a caller holds.
public struct LockGrant: Equatable, Sendable {
  /// What proves it.
  public var token: LockToken
  /// After how many seconds it ends unless it is renewed; never 0.
  public var expiresIn: Int32

  /// A grant from its parts.
  public init(token: LockToken, expiresIn: Int) {
    self.token = token
    self.expiresIn = Int32(clamping: expiresIn)
  }
}

/// Bounds of leases, in whole seconds.
public enum Lease {
  /// The seconds that a lease may have.
  public static let bounds = 1...3_600
  /// The seconds of a lease that nobody named.
  public static let standard = 30
}

extension RawSpan {
  /// The number that the 16 lower-case hexadecimal digits at `offset` spell; nil when they are not.
  func hexadecimal(at offset: Int) -> UInt64? {
    guard offset >= 0, offset + 16 <= byteCount else { return nil }
    var number: UInt64 = 0
    for place in offset..<offset + 16 {
      let byte = unsafe unsafeLoad(fromByteOffset: place, as: UInt8.self)
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - 87)
      default: return nil
      }
    }
    return number
  }
}
