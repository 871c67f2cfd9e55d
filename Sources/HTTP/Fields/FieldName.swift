// The field names that the gateway knows, as small numbers: those that it looks up, and those that
// must not be sent in disguise. A name is recognised once, when its line is read, by its length, its
// first letter and one comparison.

import Primitives

/// A well-known field name; any other is `other`. There may be 32 (`FieldTable`).
public enum FieldName: UInt8, Equatable, Sendable {
  case other
  case accept, authorization, connection, contentEncoding, contentLength, contentRange, contentType
  case cookie, expect, host, ifMatch, ifNoneMatch, keepAlive, te, traceparent, tracestate, trailer
  case transferEncoding, upgrade, xRequestID
  /// This service's own.
  case sessionAbsoluteTimeout, sessionDeadline, sessionIdleTimeout, sessionLock, sessionLockRequest

  /// Whether the field frames, routes, authorises, conditions or bounds the request, or describes
  /// its content. Such a field must not be in a trailer section (RFC 9110 §6.5.1), and no hop may
  /// remove it by naming it in Connection (RFC 9110 §7.6.1): two readers would see two different
  /// requests.
  var isEssential: Bool {
    switch self {
    case .authorization, .connection, .contentEncoding, .contentLength, .contentRange, .contentType,
      .cookie, .expect, .host, .ifMatch, .ifNoneMatch, .transferEncoding,
      .sessionAbsoluteTimeout, .sessionDeadline, .sessionIdleTimeout, .sessionLock,
      .sessionLockRequest:
      true
    case .other, .accept, .keepAlive, .te, .traceparent, .tracestate, .trailer, .upgrade,
      .xRequestID:
      false
    }
  }

  /// The name that the bytes of `range` spell, in any case. They must hold no control bytes.
  init(_ bytes: RawSpan, _ range: ByteRange) {
    guard let (text, name) = FieldName.candidate(bytes, range),
      bytes.matches(ignoringCase: text, in: range)
    else {
      self = .other
      return
    }
    self = name
  }

  /// The only well-known name that a range of this length with this first letter can spell.
  @inline(__always)
  private static func candidate(
    _ bytes: RawSpan, _ range: ByteRange
  ) -> (text: StaticString, name: FieldName)? {
    if range.isEmpty { return nil }
    let letter = bytes[Int(range.lower)] | 0x20
    switch (range.count, letter) {
    case (2, UInt8(ascii: "t")): return ("te", .te)
    case (4, UInt8(ascii: "h")): return ("host", .host)
    case (6, UInt8(ascii: "a")): return ("accept", .accept)
    case (6, UInt8(ascii: "c")): return ("cookie", .cookie)
    case (6, UInt8(ascii: "e")): return ("expect", .expect)
    case (7, UInt8(ascii: "t")): return ("trailer", .trailer)
    case (7, UInt8(ascii: "u")): return ("upgrade", .upgrade)
    case (8, UInt8(ascii: "i")): return ("if-match", .ifMatch)
    case (10, UInt8(ascii: "c")): return ("connection", .connection)
    case (10, UInt8(ascii: "k")): return ("keep-alive", .keepAlive)
    case (10, UInt8(ascii: "t")): return ("tracestate", .tracestate)
    case (11, UInt8(ascii: "t")): return ("traceparent", .traceparent)
    case (12, UInt8(ascii: "c")): return ("content-type", .contentType)
    case (12, UInt8(ascii: "s")): return ("session-lock", .sessionLock)
    case (12, UInt8(ascii: "x")): return ("x-request-id", .xRequestID)
    case (13, UInt8(ascii: "a")): return ("authorization", .authorization)
    case (13, UInt8(ascii: "c")): return ("content-range", .contentRange)
    case (13, UInt8(ascii: "i")): return ("if-none-match", .ifNoneMatch)
    case (14, UInt8(ascii: "c")): return ("content-length", .contentLength)
    case (16, UInt8(ascii: "c")): return ("content-encoding", .contentEncoding)
    case (16, UInt8(ascii: "s")): return ("session-deadline", .sessionDeadline)
    case (17, UInt8(ascii: "t")): return ("transfer-encoding", .transferEncoding)
    case (20, UInt8(ascii: "s")):
      return bytes[Int(range.lower) + 8] | 0x20 == UInt8(ascii: "i")
        ? ("session-idle-timeout", .sessionIdleTimeout)
        : ("session-lock-request", .sessionLockRequest)
    case (24, UInt8(ascii: "s")): return ("session-absolute-timeout", .sessionAbsoluteTimeout)
    default: return nil
    }
  }

  /// Whether the range, which is no well-known name, spells one with underscores in place of
  /// hyphens. CGI-style gateways make the two the same, so the next reader may take it for the real
  /// field.
  static func isImitated(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
    guard let (text, _) = candidate(bytes, range) else { return false }
    let genuine = unsafe UnsafeBufferPointer(start: text.utf8Start, count: range.count)
    for place in 0..<range.count {
      let byte = bytes[Int(range.lower) + place]
      let hyphenated = byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte | 0x20
      if unsafe hyphenated != genuine[place] { return false }
    }
    return true
  }
}
