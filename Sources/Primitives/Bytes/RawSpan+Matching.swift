// Whether bytes spell a literal of the program, with or without regard to case: how names, methods,
// paths and tokens are recognised. Nothing is copied. A text of 8 bytes or more is compared in
// words, one of 4 to 7 in two halves, a shorter one byte by byte; the last two pieces overlap if
// the length is not a multiple of their size. If the text is a literal and case matters, the
// comparison is compiled into one with constants at the call site.

extension RawSpan {
  /// Whether the bytes of `range` are exactly those of `text`.
  @inlinable
  @inline(__always)
  public func matches(_ text: StaticString, in range: ByteRange) -> Bool {
    range.count == text.utf8CodeUnitCount && spells(text, at: Int(range.lower), folding: 0)
  }

  /// Whether the bytes of `range` begin with those of `text`.
  @inlinable
  @inline(__always)
  public func begins(with text: StaticString, in range: ByteRange) -> Bool {
    range.count >= text.utf8CodeUnitCount && spells(text, at: Int(range.lower), folding: 0)
  }

  /// Whether the bytes of `range` are those of `text`, ignoring case. The text must be of letters,
  /// digits, `-` and `/`, and the range of bytes from 32 up and tabs, as in fields: between those,
  /// setting one bit folds the case and nothing else.
  @inlinable
  public func matches(ignoringCase text: StaticString, in range: ByteRange) -> Bool {
    range.count == text.utf8CodeUnitCount
      && spells(text, at: Int(range.lower), folding: 0x2020_2020_2020_2020)
  }

  /// Whether `text` is at `start`, ignoring the bits that are set in `folding`.
  @inlinable
  @inline(__always)
  func spells(_ text: StaticString, at start: Int, folding: UInt64) -> Bool {
    let count = text.utf8CodeUnitCount
    precondition(start >= 0 && start <= byteCount &- count, "what is compared lies in the span")
    // Safe: all offsets are from 0 to `count` minus the piece's size, and both have `count` bytes.
    let genuine = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(text.utf8Start), byteCount: count)
    if count >= 8 {
      var at = 0
      while at < count &- 8 {
        if unsafe differs(genuine, at, start, folding) { return false }
        at &+= 8
      }
      return unsafe !differs(genuine, count &- 8, start, folding)
    }
    if count >= 4 {
      let fold = UInt32(truncatingIfNeeded: folding)
      return unsafe !differs(genuine, 0, start, fold)
        && !differs(genuine, count &- 4, start, fold)
    }
    var at = 0
    while at < count {
      if unsafe differs(genuine, at, start, UInt8(truncatingIfNeeded: folding)) { return false }
      at &+= 1
    }
    return true
  }

  /// Whether the piece at `at` in `text` and the one at `start` + `at` here differ. Both must lie
  /// in their spans.
  @unsafe
  @inlinable
  @inline(__always)
  func differs<Piece: FixedWidthInteger & BitwiseCopyable>(
    _ text: RawSpan, _ at: Int, _ start: Int, _ folding: Piece
  ) -> Bool {
    let one = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ at, as: Piece.self)
    let other = unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: Piece.self)
    return (one ^ other) & ~folding != 0
  }
}
