import Primitives

/// The one content type that the gateway itself reads.
enum MediaType {
  /// Whether `value` is `application/json`, with parameters or without.
  static func isJSON(_ value: ByteRange, in bytes: RawSpan) -> Bool {
    var end = bytes.first(UInt8(ascii: ";"), from: Int(value.lower), to: Int(value.upper))
    while end > Int(value.lower), bytes.byte(at: end - 1) == 32 || bytes.byte(at: end - 1) == 9 {
      end -= 1
    }
    return bytes.matches(ignoringCase: "application/json", in: ByteRange(Int(value.lower), end))
  }
}
