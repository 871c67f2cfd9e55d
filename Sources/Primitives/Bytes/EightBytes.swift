// Eight bytes examined side by side in one word, so that a request can be read at an instruction or
// two per byte. A test returns marks: the top bit of each byte for which it is true, so that the
// number of zeros below the lowest mark gives the first such byte.
//
// Rejected: SIMD16. Swift compiles its comparisons lane by lane, to ten times the instructions.

/// Eight neighbouring bytes, the first in the lowest bits.
public struct EightBytes: Sendable {
  let word: UInt64

  /// The bytes of a word in little-endian order.
  @inline(__always)
  public init(_ word: UInt64) { self.word = word }

  /// Marks `byte`; exact up to the first mark.
  @inline(__always)
  public func marks(of byte: UInt8) -> UInt64 {
    let difference = word ^ Self.each(byte)
    return (difference &- Self.each(1)) & ~difference & Self.tops
  }

  /// Marks the bytes below `bound`, which is at most 128; exact up to the first mark.
  @inline(__always)
  public func marks(below bound: UInt8) -> UInt64 {
    (word &- Self.each(bound)) & ~word & Self.tops
  }

  /// Marks the bytes from 128 up.
  @inline(__always)
  public var marksOutsideASCII: UInt64 { word & Self.tops }

  /// The place, from 0 to 7, of the first mark. There must be one.
  @inline(__always)
  public static func first(of marks: UInt64) -> Int { marks.trailingZeroBitCount >> 3 }

  @inline(__always)
  static func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

  @inline(__always)
  static var tops: UInt64 { 0x8080_8080_8080_8080 }
}

extension RawSpan {
  /// The eight bytes that begin at `offset`, all of which the caller knows to lie in the span.
  @unsafe
  @inline(__always)
  public func eightBytes(uncheckedAt offset: Int) -> EightBytes {
    let word = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    return EightBytes(UInt64(littleEndian: word))
  }

  /// The byte at `offset`, which must lie in the span.
  @inline(__always)
  public func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "a byte is read within its span")
    return unsafe byte(uncheckedAt: offset)
  }

  /// The byte at `offset`, which the caller knows to lie in the span.
  @unsafe
  @inline(__always)
  public func byte(uncheckedAt offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
}
