// How the room looks at bytes. Every access is bounds-checked, so a mistake in the parser stops the
// program and never reads past the request; `unsafe` below says only that the standard library
// leaves the meaning of the loaded bits to us, and for integers every pattern of bits is a value.
//
// Sets of bytes are bit masks, not tables: they live in registers and need no initialisation.

internal import Primitives

/// A set of ASCII bytes.
struct ByteSet {
  let low: UInt64
  let high: UInt64

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let half = byte & 64 == 0 ? low : high
    return byte < 128 && (half >> UInt64(byte & 63)) & 1 == 1
  }

  /// `tchar`: what methods, field names and list tokens are made of (RFC 9110, 5.6.2).
  static var token: ByteSet {
    ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }

  /// `pchar` and `/` without the percent sign (RFC 3986, 3.3).
  static var path: ByteSet {
    ByteSet(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
  }

  /// `unreserved`: what a host name is made of here (see `Authority`).
  static var name: ByteSet {
    ByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }
}

/// The bytes that HTTP gives a meaning to.
enum Octet {
  static var tab: UInt8 { 0x09 }
  static var lineFeed: UInt8 { 0x0A }
  static var carriageReturn: UInt8 { 0x0D }
  static var space: UInt8 { 0x20 }
  static var delete: UInt8 { 0x7F }

  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  /// The value of a hexadecimal digit, or nil for another byte.
  @inline(__always)
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- 48 }
    let letter = (byte | 0x20) &- 97
    return letter < 6 ? letter + 10 : nil
  }
}

/// Eight bytes at a time: `x` in each byte of a word.
@inline(__always)
private func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

/// The top bit of each byte of `word` that is zero; exact up to the first such byte.
@inline(__always)
private func zeroes(_ word: UInt64) -> UInt64 { (word &- each(1)) & ~word & each(0x80) }

extension RawSpan {
  @inline(__always)
  subscript(offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  func word(_ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The offset of the first `byte`, or `end`.
  @inline(__always)
  func first(_ byte: UInt8, from start: Int, to end: Int) -> Int {
    var at = start
    while at &+ 8 <= end {
      let found = zeroes(word(at) ^ each(byte))
      if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
      at &+= 8
    }
    while at < end, self[at] != byte { at &+= 1 }
    return at
  }

  /// The offset of the first byte outside of `set`, or `end`.
  @inline(__always)
  func first(outside set: ByteSet, from start: Int, to end: Int) -> Int {
    var at = start
    while at < end, set.contains(self[at]) { at &+= 1 }
    return at
  }

  /// The offset of the first control byte (the tab included), or `end`. With `ascii`, bytes of 128
  /// and up are found too.
  func firstControl(from start: Int, to end: Int, ascii: Bool) -> Int {
    let high = ascii ? each(0x80) : 0
    var at = start
    while at &+ 8 <= end {
      let word = word(at)
      let below = (word &- each(0x20)) & ~word & each(0x80)
      let found = below | zeroes(word ^ each(Octet.delete)) | (word & high)
      if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
      at &+= 8
    }
    while at < end {
      let byte = self[at]
      if byte < Octet.space || byte == Octet.delete || (ascii && byte >= 0x80) { break }
      at &+= 1
    }
    return at
  }

  /// The range without the spaces and tabs at its ends (OWS; RFC 9110, 5.6.3).
  func trimmed(from start: Int, to end: Int) -> ByteRange {
    var lower = start
    var upper = end
    while lower < upper, Octet.isBlank(self[lower]) { lower &+= 1 }
    while lower < upper, Octet.isBlank(self[upper &- 1]) { upper &-= 1 }
    return ByteRange(lower, upper)
  }
}
