// The first line of a request (RFC 9112 §3): method SP target SP version, exactly one space each.
// The scanner has made sure that the line holds nothing but ASCII and no control bytes.

import Primitives

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
