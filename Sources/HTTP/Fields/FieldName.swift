// The field names that the gateway looks up, as small numbers. A name is recognised once, when its
// line is read, by its length, its first letter and one comparison.

import Primitives

/// A well-known field name. Names that only some resources use are `other`, and are found by their
/// text.
public enum FieldName: UInt8, Equatable, Sendable {
  case other
  case accept, authorization, connection, contentEncoding, contentLength, contentType, cookie
  case expect, host, ifMatch, ifNoneMatch, keepAlive, te, traceparent, tracestate, trailer
  case transferEncoding, upgrade, xRequestID

  /// Whether the field that `range` spells frames, routes, authorises or conditions the message, or
  /// describes its content. Such a field must not be in a trailer section (RFC 9110 §6.5.1), and no
  /// hop may remove it by naming it in Connection (RFC 9110 §7.6.1): two readers would see two
  /// different requests.
  func isEssential(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
    switch self {
    case .authorization, .connection, .contentEncoding, .contentLength, .contentType, .cookie,
      .expect, .host, .ifMatch, .ifNoneMatch, .transferEncoding:
      true
    case .other: FieldName.isOwn(bytes, range)
    default: false
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
    case (12, UInt8(ascii: "x")): return ("x-request-id", .xRequestID)
    case (13, UInt8(ascii: "a")): return ("authorization", .authorization)
    case (13, UInt8(ascii: "i")): return ("if-none-match", .ifNoneMatch)
    case (14, UInt8(ascii: "c")): return ("content-length", .contentLength)
    case (16, UInt8(ascii: "c")): return ("content-encoding", .contentEncoding)
    case (17, UInt8(ascii: "t")): return ("transfer-encoding", .transferEncoding)
    default: return nil
    }
  }

  /// Whether the range spells one of this service's own fields that condition, fence or bound a
  /// request. These are `other`, since only some resources look them up.
  private static func isOwn(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
    guard let text = ownCandidate(bytes, range) else { return false }
    return bytes.matches(ignoringCase: text, in: range)
  }

  /// The only one of this service's own fields that a range of this length can spell.
  private static func ownCandidate(_ bytes: RawSpan, _ range: ByteRange) -> StaticString? {
    switch range.count {
    case 12: "session-lock"
    case 16: "session-deadline"
    case 20 where bytes[Int(range.lower) + 8] | 0x20 == UInt8(ascii: "i"): "session-idle-timeout"
    case 20: "session-lock-request"
    case 24: "session-absolute-timeout"
    default: nil
    }
  }

  /// Whether the range spells a well-known name, or one of this service's own, with underscores in
  /// place of hyphens. CGI-style gateways make the two the same, so the next reader may take it for
  /// the real field.
  static func isImitated(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
    if let (text, _) = candidate(bytes, range), imitates(text, bytes, range) { return true }
    guard let text = ownCandidate(bytes, range) else { return false }
    return imitates(text, bytes, range) && !bytes.matches(ignoringCase: text, in: range)
  }

  private static func imitates(
    _ text: StaticString, _ bytes: RawSpan, _ range: ByteRange
  ) -> Bool {
    guard text.utf8CodeUnitCount == range.count else { return false }
    let genuine = unsafe UnsafeBufferPointer(start: text.utf8Start, count: range.count)
    for place in 0..<range.count {
      let byte = bytes[Int(range.lower) + place]
      let hyphenated = byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte | 0x20
      if unsafe hyphenated != genuine[place] { return false }
    }
    return true
  }
}
