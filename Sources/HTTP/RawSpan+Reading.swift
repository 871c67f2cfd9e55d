// How this room reads bytes. A run of bytes is checked once to lie in the request before it is
// scanned, a single byte each time it is read, so a mistake in the parser stops the program and
// never reads past the request. Where `unsafe` skips a check, a note says why that is safe.
// Elsewhere it says only that the standard library leaves the meaning of the loaded bits to us; for
// integers, every pattern of bits is a value.

public import Primitives

extension RawSpan {
  @inline(__always)
  subscript(offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// Whether CR LF is at `offset`.
  @inline(__always)
  func isLineEnd(at offset: Int) -> Bool {
    unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
      == 0x0A0D
  }

  /// The offset of the first control byte (the tab is one), or `end`. With `ascii`, bytes from 128
  /// up are found too.
  func firstControl(from start: Int, to end: Int, ascii: Bool) -> Int {
    precondition(start >= 0 && end <= byteCount, "what is looked at lies in the span")
    var at = start
    // Safe: eight bytes are loaded only where the span has them; some may lie after `end`.
    while at < end, at <= byteCount &- 8 {
      let bytes = unsafe eightBytes(uncheckedAt: at)
      let marks =
        bytes.marks(below: Octet.space) | bytes.marks(of: Octet.delete)
        | (ascii ? bytes.marksOutsideASCII : 0)
      if marks != 0 { return min(at &+ EightBytes.first(of: marks), end) }
      at &+= 8
    }
    while at < end {
      let byte = unsafe byte(uncheckedAt: at)
      if byte < Octet.space || byte == Octet.delete || (ascii && byte >= 0x80) { break }
      at &+= 1
    }
    return min(at, end)
  }

  /// The range without the spaces and tabs at its ends (OWS; RFC 9110 §5.6.3).
  @inline(__always)
  public func trimmed(from start: Int, to end: Int) -> ByteRange {
    precondition(start >= 0 && end <= byteCount, "what is looked at lies in the span")
    var lower = start
    var upper = end
    // Safe: all offsets are at least `start` and less than `end`.
    while lower < upper, Octet.isBlank(unsafe byte(uncheckedAt: lower)) { lower &+= 1 }
    while lower < upper, Octet.isBlank(unsafe byte(uncheckedAt: upper &- 1)) { upper &-= 1 }
    return ByteRange(lower, upper)
  }
}
