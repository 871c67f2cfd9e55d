import HTTP
import Primitives

/// The one content type that the gateway itself reads.
enum MediaType {
  /// Whether `value` is `application/json`, with parameters or without.
  static func isJSON(_ value: ByteRange, in bytes: RawSpan) -> Bool {
    let end = bytes.first(UInt8(ascii: ";"), from: Int(value.lower), to: Int(value.upper))
    return bytes.matches(
      ignoringCase: "application/json", in: bytes.trimmed(from: Int(value.lower), to: end))
  }
}
