// Single bytes and numbers of a request.

import Primitives

extension RawSpan {
  /// The byte at `offset`.
  func byte(_ offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "the offset is within the span")
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
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
