// Comparing a request's bytes with texts of the program.

import Primitives

extension RawSpan {
  /// The byte at `offset`.
  func byte(_ offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "the offset is within the span")
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// Whether the bytes of `range` begin with `text`.
  func has(_ text: StaticString, at range: ByteRange) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count >= count else { return false }
    for place in 0..<count {
      if unsafe byte(Int(range.lower) + place) != text.utf8Start[place] { return false }
    }
    return true
  }

  /// Whether the bytes of `range` are `text`.
  func isExactly(_ text: StaticString, _ range: ByteRange) -> Bool {
    range.count == text.utf8CodeUnitCount && has(text, at: range)
  }

  /// Whether the bytes of `range` are `text`, which is in lower case, in whatever case.
  func isExactly(ignoringCase text: StaticString, _ range: ByteRange) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    for place in 0..<range.count {
      let byte = byte(Int(range.lower) + place)
      let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
      if unsafe lower != text.utf8Start[place] { return false }
    }
    return true
  }

  /// The whole number that the bytes of `range` spell in decimal digits, at most nine of them.
  func number(_ range: ByteRange) -> Int? {
    guard range.count > 0, range.count <= 9 else { return nil }
    var number = 0
    for place in range.indices {
      let byte = byte(place)
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return number
  }
}
