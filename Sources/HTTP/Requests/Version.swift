import Primitives

/// The supported versions of HTTP.
public enum Version: UInt8, Equatable, Sendable {
  case http10, http11
}

extension Version {
  /// Reads ` HTTP/1.1` or ` HTTP/1.0`. A line that ends with its target is HTTP/0.9.
  init(_ bytes: RawSpan, from start: Int, to end: Int) throws(Refusal) {
    let name = ByteRange(start + 1, end)
    if bytes.matches("HTTP/1.1", in: name) {
      self = .http11
    } else if bytes.matches("HTTP/1.0", in: name) {
      self = .http10
    } else {
      throw Version.refusal(bytes, from: start, to: end)
    }
  }

  /// Why the line has no supported version.
  private static func refusal(_ bytes: RawSpan, from start: Int, to end: Int) -> Refusal {
    if start == end { return .unsupportedVersion }
    let first = start + 1
    guard bytes.first(Octet.space, from: first, to: end) == end else {
      return .malformedRequestLine
    }
    guard end - first == 8, bytes.begins(with: "HTTP/", in: ByteRange(first, end)),
      Octet.isDigit(bytes[first + 5]), bytes[first + 6] == UInt8(ascii: "."),
      Octet.isDigit(bytes[first + 7])
    else { return .malformedVersion }
    return .unsupportedVersion
  }
}
