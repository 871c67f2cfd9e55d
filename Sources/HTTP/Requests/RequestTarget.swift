// The request target in its four forms (RFC 9112 §3.2; RFC 3986). Stricter than most: a byte
// outside the grammar is refused, since readers that repair targets do so differently.

import Primitives

extension RequestHead {
  /// Reads the target, which must not be empty, in a form that the method allows.
  mutating func readTarget(_ bytes: RawSpan) throws(Refusal) {
    let start = Int(target.lower)
    let end = Int(target.upper)
    path = .empty
    query = .empty
    authority = .empty
    if method == .connect {
      authority = target
      guard (try? Authority.hasPort(bytes, target)) == true else { throw .malformedTarget }
    } else if bytes[start] == UInt8(ascii: "/") {
      try readPath(bytes, from: start, to: end)
    } else if method == .options, bytes.matches("*", in: target) {
      // It has neither path nor query.
    } else {
      try readAbsoluteForm(bytes, from: start, to: end)
    }
  }

  /// `http://` or `https://`, host and optional port, then perhaps a path and a query.
  private mutating func readAbsoluteForm(
    _ bytes: RawSpan, from start: Int, to end: Int
  ) throws(Refusal) {
    let colon = bytes.first(UInt8(ascii: ":"), from: start, to: end)
    let scheme = ByteRange(start, colon)
    guard
      bytes.matches(ignoringCase: "http", in: scheme)
        || bytes.matches(ignoringCase: "https", in: scheme),
      end - colon > 3, bytes.matches("://", in: ByteRange(colon, colon + 3))
    else { throw .malformedTarget }
    let host = colon + 3
    let hostEnd = min(
      bytes.first(UInt8(ascii: "/"), from: host, to: end),
      bytes.first(UInt8(ascii: "?"), from: host, to: end))
    authority = ByteRange(host, hostEnd)
    guard (try? Authority.hasPort(bytes, authority)) != nil else { throw .malformedTarget }
    try readPath(bytes, from: hostEnd, to: end)
  }

  /// Path and query, up to the end of the target. Percent-encodings must be well-formed, and none
  /// may be of NUL, which ends a string for readers written in C.
  private mutating func readPath(
    _ bytes: RawSpan, from start: Int, to end: Int
  ) throws(Refusal) {
    var pathEnd = end
    var at = start
    while true {
      at = bytes.first(outside: .path, from: at, to: end)
      if at == end { break }
      switch bytes[at] {
      case UInt8(ascii: "%"):
        guard PercentEncoding.byte(bytes, at: at, to: end) ?? 0 != 0 else {
          throw .malformedTarget
        }
        at += 3
      case UInt8(ascii: "?"):
        // The first `?` begins the query, which may hold more of them.
        if pathEnd == end { pathEnd = at }
        at += 1
      default: throw .malformedTarget
      }
    }
    path = ByteRange(start, pathEnd)
    query = ByteRange(min(pathEnd + 1, end), end)
  }
}
