// Finds the first byte of a kind. The run to be scanned is checked once to lie in the span; after
// that, no byte is checked again.

extension RawSpan {
  /// The offset of the first `byte`, or `end`.
  public func first(_ byte: UInt8, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= byteCount, "what is looked at lies in the span")
    var at = start
    // Safe: eight bytes are loaded only where the span has them; some may lie after `end`.
    while at < end, at <= byteCount &- 8 {
      let marks = unsafe eightBytes(uncheckedAt: at).marks(of: byte)
      if marks != 0 { return min(at &+ EightBytes.first(of: marks), end) }
      at &+= 8
    }
    // Safe: `at` is not negative, and less than `end`.
    while at < end, unsafe self.byte(uncheckedAt: at) != byte { at &+= 1 }
    return min(at, end)
  }

  /// The offset of the first byte outside `set`, or `end`.
  public func first(outside set: ByteSet, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= byteCount, "what is looked at lies in the span")
    var at = start
    // Safe: all offsets below are from `start` to `end`.
    while at &+ 4 <= end,
      set.contains(
        unsafe byte(uncheckedAt: at), unsafe byte(uncheckedAt: at &+ 1),
        unsafe byte(uncheckedAt: at &+ 2), unsafe byte(uncheckedAt: at &+ 3))
    {
      at &+= 4
    }
    while at < end, set.contains(unsafe byte(uncheckedAt: at)) { at &+= 1 }
    return at
  }
}
