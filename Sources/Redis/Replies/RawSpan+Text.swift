// Reads short texts in place: the words and numbers of Redis's lines.

import Primitives

extension RawSpan {
  /// A copy as a string; not for the data path.
  var text: String { unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }

  /// Whether the span holds exactly `text`.
  func equals(_ text: StaticString) -> Bool {
    matches(text, in: ByteRange(0, byteCount))
  }

  /// Whether the span starts with `text`.
  func starts(with text: StaticString) -> Bool {
    begins(with: text, in: ByteRange(0, byteCount))
  }

  /// Whether `text` occurs in the span.
  func contains(_ text: StaticString) -> Bool {
    guard byteCount >= text.utf8CodeUnitCount else { return false }
    return (0...byteCount - text.utf8CodeUnitCount).contains {
      begins(with: text, in: ByteRange($0, byteCount))
    }
  }

  /// The first offset of `byte` at or after `start`; nil if there is none.
  func offset(of byte: UInt8, from start: Int = 0) -> Int? {
    let at = first(byte, from: start, to: byteCount)
    return at < byteCount ? at : nil
  }

  /// The last offset of `byte`; nil if there is none.
  func lastOffset(of byte: UInt8) -> Int? {
    for at in (0..<byteCount).reversed() where self.byte(at: at) == byte { return at }
    return nil
  }

  /// The span's value as a plain decimal number from 0 to `limit`; nil if it is not one: no sign,
  /// no blank, no leading zero.
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
