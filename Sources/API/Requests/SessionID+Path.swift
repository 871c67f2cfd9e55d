// Session ids as paths name them.

import HTTP
import Primitives
import Sessions

extension SessionID {
  /// Whether the id is `.` or `..`, which a proxy that normalises paths would remove.
  var isDotSegment: Bool {
    guard count <= 2 else { return false }
    for place in 0..<count where bytes.byte(at: place) != UInt8(ascii: ".") { return false }
    return count > 0
  }

  /// Reads an id out of a path segment; false when it is not one.
  mutating func read(percentEncoded bytes: RawSpan) -> Bool {
    // Few clients encode an id that does not need it; `%` itself is never part of one.
    if assign(bytes) { return !isDotSegment }
    clear()
    var decoded = InlineArray<256, UInt8>(repeating: 0)
    var room = decoded.mutableSpan
    guard let length = PercentEncoding.decode(bytes, into: &room), length > 0 else { return false }
    for place in 0..<length where !append(decoded[place]) { return false }
    return !isDotSegment
  }
}
