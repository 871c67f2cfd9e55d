// Reading short texts in place: the words and numbers of Redis's lines.

extension RawSpan {
  /// The byte at `offset`, which must be within the span.
  func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "a byte is read within its span")
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// A copy as a string, off the data path.
  var text: String { unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }

  /// Whether the span holds exactly `text`.
  func equals(_ text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && starts(with: text)
  }

  /// Whether the span starts with `text`.
  func starts(with text: StaticString) -> Bool {
    guard byteCount >= text.utf8CodeUnitCount else { return false }
    for at in 0..<text.utf8CodeUnitCount where unsafe byte(at: at) != text.utf8Start[at] {
      return false
    }
    return true
  }

  /// Where `byte` first is at or behind `start`; nil when it is not there.
  func offset(of byte: UInt8, from start: Int = 0) -> Int? {
    for at in start..<max(start, byteCount) where self.byte(at: at) == byte { return at }
    return nil
  }

  /// Where `byte` last is; nil when it is not there.
  func lastOffset(of byte: UInt8) -> Int? {
    for at in (0..<byteCount).reversed() where self.byte(at: at) == byte { return at }
    return nil
  }

  /// The number in plain decimal digits that the span is, from 0 to `limit`; no sign, no blank, no
  /// leading zero.
  func decimal(upTo limit: Int) -> Int? {
    // 19 digits are less than 2^64.
    guard byteCount > 0, byteCount <= 19, byteCount == 1 || byte(at: 0) != 48 else { return nil }
    var number: UInt64 = 0
    for at in 0..<byteCount {
      let digit = byte(at: at) &- 48
      guard digit <= 9 else { return nil }
      number = number &* 10 &+ UInt64(digit)
    }
    return number <= limit ? Int(number) : nil
  }
}
