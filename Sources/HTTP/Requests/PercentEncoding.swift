/// Percent-encoding: `%` and two hexadecimal digits for a byte (RFC 3986 §2.1). Nothing else is
/// decoded: `+` is `+`.
public enum PercentEncoding {
  /// Decodes `bytes` into the start of `decoded`, without allocating. Returns how many bytes it
  /// wrote; nil when `bytes` are malformed or the result does not fit.
  public static func decode(
    _ bytes: RawSpan, into decoded: inout MutableSpan<UInt8>
  ) -> Int? {
    var count = 0
    var at = 0
    let end = bytes.byteCount
    while at < end {
      if count == decoded.count { return nil }
      var byte = bytes[at]
      if byte == UInt8(ascii: "%") {
        guard let encoded = self.byte(bytes, at: at, to: end) else { return nil }
        byte = encoded
        at += 2
      }
      decoded[count] = byte
      count += 1
      at += 1
    }
    return count
  }

  /// The byte that the three bytes at `offset` stand for; nil when they are malformed.
  static func byte(_ bytes: RawSpan, at offset: Int, to end: Int) -> UInt8? {
    guard offset + 2 < end, let high = Octet.hexadecimal(bytes[offset + 1]),
      let low = Octet.hexadecimal(bytes[offset + 2])
    else { return nil }
    return high << 4 | low
  }
}
