// Whether bytes are a text of the program, in one case or any: how names, methods and tokens are
// told. Eight bytes at a step, nothing copied.

public import Primitives

extension RawSpan {
  /// Whether the bytes of `range` are exactly those of `text`.
  public func matches(_ text: StaticString, in range: ByteRange) -> Bool {
    matches(text, in: range, folding: 0)
  }

  /// Whether the bytes of `range` are those of `text`, upper and lower case being one. The text is
  /// of letters, digits and `-`, and the range of bytes from 32 up, as in field names and tokens:
  /// between those, setting one bit folds the case and nothing else.
  public func matches(ignoringCase text: StaticString, in range: ByteRange) -> Bool {
    matches(text, in: range, folding: 0x2020_2020_2020_2020)
  }

  private func matches(_ text: StaticString, in range: ByteRange, folding: UInt64) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count == count else { return false }
    let start = Int(range.lower)
    // A StaticString shows its bytes as a pointer only; all offsets below are within `count`.
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(text.utf8Start), byteCount: count)
    var at = 0
    while at &+ 8 <= count {
      if (word(start &+ at) ^ bytes.word(at)) & ~folding != 0 { return false }
      at &+= 8
    }
    while at < count {
      let fold = UInt8(truncatingIfNeeded: folding)
      if (self[start &+ at] ^ bytes[at]) & ~fold != 0 { return false }
      at &+= 1
    }
    return true
  }
}
