// Which of the cluster's 16,384 slots a key belongs to: CRC-16/XMODEM (polynomial 0x1021, start 0)
// of the key or of its hash tag, modulo 16,384. Source: Redis Cluster specification, "Key
// distribution model" and "Hash tags", and its appendix A.
//
// The remainder is computed a byte at a time with shifts, since 0x1021 has only three bits below
// its top: what a table of 512 bytes would answer costs as few cycles to compute and no cache.

/// The hash slots of Redis Cluster.
public enum HashSlot {
  /// How many slots there are.
  public static let count = 16_384

  /// The slot of a key, 0 to 16,383.
  ///
  /// When the key has a `{`, and a `}` behind the first of them, and something between the two, only
  /// what is between is hashed.
  public static func of(key: RawSpan) -> UInt16 {
    var hasher = Hasher()
    hasher.update(key.extracting(tag(of: key)))
    return hasher.slot
  }

  /// What of a key is hashed.
  static func tag(of key: RawSpan) -> Range<Int> {
    guard let open = key.offset(of: UInt8(ascii: "{")),
      let close = key.offset(of: UInt8(ascii: "}"), from: open + 1),
      close > open + 1
    else { return 0..<key.byteCount }
    return open + 1..<close
  }

  /// Hashes a key's tag piece by piece, so that the key need not be put together first. The caller
  /// passes what is between the braces, and only that.
  public struct Hasher: Sendable {
    /// The CRC of what has been passed.
    public private(set) var remainder: UInt16

    /// Nothing has been passed.
    public init() { remainder = 0 }

    /// Passes one byte.
    @inline(__always)
    public mutating func update(_ byte: UInt8) {
      var quotient = (remainder >> 8) ^ UInt16(byte)
      quotient ^= quotient >> 4
      remainder = (remainder << 8) ^ (quotient << 12) ^ (quotient << 5) ^ quotient
    }

    /// Passes a piece of the tag.
    public mutating func update(_ bytes: RawSpan) {
      var passed = self
      unsafe bytes.withUnsafeBytes { for at in $0.indices { passed.update(unsafe $0[at]) } }
      self = passed
    }

    /// The slot of what has been passed.
    public var slot: UInt16 { remainder & 0x3FFF }
  }
}
