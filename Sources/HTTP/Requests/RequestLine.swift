// The first line of a request (RFC 9112 §3): method SP target SP version, exactly one space each.
// The scanner has made sure that the line holds nothing but ASCII and no control bytes.

internal import Primitives

extension RequestHead {
  /// Reads the request line from `start` to its line end at `end`.
  mutating func readLine(
    _ bytes: RawSpan, from start: Int, to end: Int, limits: Limits
  ) throws(Refusal) {
    // 1. The method: a token.
    if bytes[start] == Octet.space { throw .malformedRequestLine }
    let methodEnd = bytes.first(outside: .token, from: start, to: end)
    if methodEnd < end, bytes[methodEnd] != Octet.space { throw .malformedMethod }
    methodName = ByteRange(start, methodEnd)
    if methodName.count > Limits.method { throw .methodTooLong }
    if methodEnd == end { throw .malformedRequestLine }
    method = Method(bytes, methodName)

    // 2. The version, before the target is read: the preface of HTTP/2 has an unusual target, too,
    //    and is to be refused for its version.
    let targetEnd = bytes.first(Octet.space, from: methodEnd + 1, to: end)
    target = ByteRange(methodEnd + 1, targetEnd)
    if target.isEmpty { throw .malformedRequestLine }
    if target.count > limits.target { throw .targetTooLong }
    version = try Version(bytes, from: targetEnd, to: end)

    // 3. The target, in a form that the method allows.
    try readTarget(bytes)
  }
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
