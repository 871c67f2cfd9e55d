// What ties a request to other programs' logs: the id that its caller or a proxy gave it
// (X-Request-Id), and its place in a trace (W3C Trace Context, traceparent). Both are returned with
// the response and written to the access log. In: a head. Out: up to 128 and 55 bytes, kept until
// the response.
//
// Nothing depends on either, so one that is malformed, too long or repeated is ignored like an
// unknown field. The bytes allowed cannot split a line and need no escaping in JSON.

public import HTTP
public import Primitives

/// A request's names in other logs.
public struct Correlation: Sendable {
  /// The longest request id, in bytes.
  public static let longestID = 128
  /// The length of a traceparent (W3C Trace Context §3.2).
  static let traceLength = 55

  private var idBytes = InlineArray<128, UInt8>(repeating: 0)
  private var idLength: UInt8 = 0
  private var traceBytes = InlineArray<55, UInt8>(repeating: 0)
  private var hasTrace = false

  /// No names.
  public init() {}

  /// The names that a head carries.
  public init(_ head: borrowing RequestHead, _ bytes: RawSpan) {
    if case .one(let value) = head.fields.only(.xRequestID), Self.isID(value, in: bytes) {
      for place in 0..<value.count { idBytes[place] = bytes.byte(at: Int(value.lower) + place) }
      idLength = UInt8(value.count)
    }
    if case .one(let value) = head.fields.only(.traceparent), Self.isTrace(value, in: bytes) {
      for place in 0..<value.count { traceBytes[place] = bytes.byte(at: Int(value.lower) + place) }
      hasTrace = true
    }
  }

  /// Whether a head has fields that may carry names.
  public static func isIn(_ head: borrowing RequestHead) -> Bool {
    head.fields.contains(.xRequestID) || head.fields.contains(.traceparent)
  }

  /// Whether there is a request id or a place in a trace.
  public var isPresent: Bool { idLength > 0 || hasTrace }
  /// Whether there is a request id.
  public var hasID: Bool { idLength > 0 }
  /// Whether there is a place in a trace.
  public var isTraced: Bool { hasTrace }

  /// The request id; empty for none.
  public var id: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe idBytes.span.bytes.extracting(first: Int(idLength)) }
  }

  /// The traceparent, as it was received; empty for none.
  public var trace: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      unsafe traceBytes.span.bytes.extracting(first: hasTrace ? Self.traceLength : 0)
    }
  }

  /// Forgets all names.
  public mutating func clear() {
    idLength = 0
    hasTrace = false
  }

  /// Gives the request a random id of 32 hexadecimal digits, unless it has one.
  public mutating func identify(_ entropy: inout Entropy) {
    guard idLength == 0 else { return }
    for word in 0..<2 {
      var bits = entropy.bits()
      for place in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: bits & 15)
        idBytes[word * 16 + place] = digit < 10 ? 48 + digit : 87 + digit
        bits >>= 4
      }
    }
    idLength = 32
  }

  /// 1 to 128 of `A-Z a-z 0-9 - . _ ~ + / = : , @`.
  private static func isID(_ range: ByteRange, in bytes: RawSpan) -> Bool {
    guard range.count > 0, range.count <= longestID else { return false }
    let end = Int(range.upper)
    return bytes.first(outside: .correlation, from: Int(range.lower), to: end) == end
  }

  /// `version "-" trace-id "-" parent-id "-" flags` in lower-case hexadecimal: 2, 32, 16 and 2
  /// digits. Version ff and ids of all zeros are invalid (W3C Trace Context §3.2.2).
  private static func isTrace(_ range: ByteRange, in bytes: RawSpan) -> Bool {
    guard range.count == traceLength else { return false }
    let start = Int(range.lower)
    for place in 0..<traceLength {
      let byte = bytes.byte(at: start + place)
      switch place {
      case 2, 35, 52: if byte != UInt8(ascii: "-") { return false }
      default: if !isDigit(byte) { return false }
      }
    }
    if bytes.byte(at: start) == 0x66, bytes.byte(at: start + 1) == 0x66 { return false }
    return !isZero(bytes, start + 3, 32) && !isZero(bytes, start + 36, 16)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }

  private static func isZero(_ bytes: RawSpan, _ start: Int, _ count: Int) -> Bool {
    for place in start..<start + count where bytes.byte(at: place) != UInt8(ascii: "0") {
      return false
    }
    return true
  }
}
