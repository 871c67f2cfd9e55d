// Numbers in requests.

import Primitives

extension RawSpan {
  /// The whole number that the bytes of `range` spell in one to nine decimal digits; nil for
  /// anything else.
  func number(_ range: ByteRange) -> Int? {
    guard range.count > 0, range.count <= 9 else { return nil }
    var number = 0
    for place in range.indices {
      let byte = byte(at: place)
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return number
  }
}
