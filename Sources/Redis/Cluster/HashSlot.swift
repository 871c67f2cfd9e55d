// Which of the cluster's 16,384 slots a key belongs to: CRC-16/XMODEM (polynomial 0x1021, start 0)
// of the key or of its hash tag, modulo 16,384. Source: Redis Cluster specification, "Key
// distribution model" and "Hash tags", and its appendix A.
//
// The remainder is computed with shifts, eight bytes at a time, since 0x1021 has only three bits: a
// table would need as many steps for each byte as this does for two, and space in the cache.

/// The hash slots of Redis Cluster.
public enum HashSlot {
  /// The number of slots.
  public static let count = 16_384

  /// The slot of a key, 0 to 16,383.
  ///
  /// If the key contains a `{`, a `}` behind the first one, and something between the two, only the
  /// part between them is hashed.
  public static func of(key: RawSpan) -> UInt16 {
    var hasher = Hasher()
    hasher.update(key.extracting(tag(of: key)))
    return hasher.slot
  }

  /// The part of a key that is hashed.
  static func tag(of key: RawSpan) -> Range<Int> {
    guard let open = key.offset(of: UInt8(ascii: "{")),
      let close = key.offset(of: UInt8(ascii: "}"), from: open + 1),
      close > open + 1
    else { return 0..<key.byteCount }
    return open + 1..<close
  }

  /// Hashes a key's tag piece by piece, so that the key need not be assembled first. The caller
  /// passes the bytes between the braces, and only those.
  public struct Hasher: Sendable {
    /// The CRC of the bytes passed so far.
    public private(set) var remainder: UInt16

    /// A hasher that has been passed nothing.
    public init() { remainder = 0 }

    /// Passes one byte.
    @inline(__always)
    public mutating func update(_ byte: UInt8) {
      var quotient = (remainder >> 8) ^ UInt16(byte)
      quotient ^= quotient >> 4
      remainder = (remainder << 8) ^ (quotient << 12) ^ (quotient << 5) ^ quotient
    }

    /// Passes two to eight bytes, the last one in the lowest byte and zeros in front of the first.
    ///
    /// 1. The polynomial is x^16 times 1 + s, where s = x^-4 + x^-11 + x^-16. So the quotient of
    ///    the bytes, shifted up by x^16, is their product with 1 / (1 + s); zeros in front change
    ///    nothing.
    /// 2. Where 1 + 1 = 0, that is (1 + s)(1 + s^2)(1 + s^4)(1 + s^8) as far as 64 bits show, and
    ///    squares have no mixed terms: one line for each factor.
    /// 3. The remainder is the last 16 bits of the quotient times the polynomial.
    @inline(__always)
    mutating func update(_ bytes: UInt64, count: Int) {
      var quotient = bytes ^ UInt64(remainder) << UInt64(8 * count - 16)
      quotient ^= quotient >> 4 ^ quotient >> 11 ^ quotient >> 16
      quotient ^= quotient >> 8 ^ quotient >> 22 ^ quotient >> 32
      quotient ^= quotient >> 16 ^ quotient >> 44
      quotient ^= quotient >> 32
      remainder = UInt16(truncatingIfNeeded: quotient ^ quotient << 5 ^ quotient << 12)
    }

    /// Passes a piece of the tag.
    public mutating func update(_ bytes: RawSpan) {
      var passed = self
      unsafe bytes.withUnsafeBytes { piece in
        var at = 0
        while at + 8 <= piece.count {
          let eight = unsafe piece.loadUnaligned(fromByteOffset: at, as: UInt64.self)
          passed.update(eight.bigEndian, count: 8)
          at += 8
        }
        if at > 0, piece.count - at > 1 {
          // The rest is the end of the last eight bytes, with those in front of it masked.
          let eight = unsafe piece.loadUnaligned(fromByteOffset: piece.count - 8, as: UInt64.self)
          let count = piece.count - at
          passed.update(eight.bigEndian & (1 << UInt64(8 * count) - 1), count: count)
          at = piece.count
        }
        while at < piece.count {
          passed.update(unsafe piece[at])
          at += 1
        }
      }
      self = passed
    }

    /// The slot of the bytes passed so far.
    public var slot: UInt16 { remainder & 0x3FFF }
  }
}
