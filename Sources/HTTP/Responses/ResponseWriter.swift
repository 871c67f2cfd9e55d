// The head of a response, written into a buffer of the writer's own and then put in front of the
// payload, whose buffer has headroom for it (`ByteBuffer.prepend`): one piece, one send. One per
// worker. The framing rules are enforced here, so that no caller can break them:
//
//   begin(status …)  field(…) …  end(length:)  then `bytes`
//
// Field values that come from users pass through `field(_:_: RawSpan)`, which cannot split a
// response in two: it sends bytes that are not allowed as spaces (RFC 9110 §5.5).

public import Primitives

/// Writes the heads of responses, one after the other.
public struct ResponseWriter: ~Copyable {
  @usableFromInline var buffer: ByteBuffer
  private var status = 0

  /// A writer whose buffer has `capacity` bytes at first.
  public init(capacity: Int = 1024) { buffer = ByteBuffer(capacity: capacity) }

  /// The interim response for a client that sent `Expect: 100-continue` (RFC 9110 §15.2.1).
  public static var continueResponse: StaticString { "HTTP/1.1 100 Continue\r\n\r\n" }

  /// The head, from `end` until the next `begin`.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get { buffer.bytes }
  }

  /// Starts a head with status line, Date and Connection. `version` is the request's: a response to
  /// HTTP/1.0 says when the connection stays open, one to HTTP/1.1 only when it closes
  /// (RFC 9112 §9.3).
  public mutating func begin(
    status: Int, version: Version = .http11, persistence: Persistence, date: borrowing DateClock
  ) {
    precondition(status >= 200 && status <= 599, "a final status has three digits from 200 to 599")
    self.status = status
    buffer.clear()
    // Room for everything that is written here, so that no append below has to grow the buffer.
    buffer.reserve(256)
    switch status {
    case 200: put("HTTP/1.1 200 OK\r\nDate: ")
    case 204: put("HTTP/1.1 204 No Content\r\nDate: ")
    default:
      put("HTTP/1.1 ")
      buffer.append(decimal: status)
      put(" ")
      put(Status.reason(status))
      put("\r\nDate: ")
    }
    buffer.append(date.bytes)
    switch (persistence, version) {
    case (.close, _): put("\r\nConnection: close\r\n")
    case (.keepAlive, .http10): put("\r\nConnection: keep-alive\r\n")
    case (.keepAlive, .http11): put("\r\n")
    }
  }

  /// A field whose value is a literal.
  @inlinable
  @inline(__always)
  public mutating func field(_ name: StaticString, _ value: StaticString) {
    start(name)
    put(value)
    put("\r\n")
  }

  /// A field whose value is a number, in decimal digits.
  @inlinable
  @inline(__always)
  public mutating func field(_ name: StaticString, decimal value: Int) {
    start(name)
    buffer.append(decimal: value)
    put("\r\n")
  }

  /// A field whose value is 16 hexadecimal digits in quotes, like a strong entity tag
  /// (RFC 9110 §8.8.3).
  @inlinable
  @inline(__always)
  public mutating func field(_ name: StaticString, quotedHexadecimal value: UInt64) {
    start(name)
    put("\"")
    buffer.append(hexadecimal: value)
    put("\"\r\n")
  }

  /// A field whose value comes from a user. If it is not valid (`FieldValue.isValid`), control and
  /// non-ASCII bytes are sent as spaces.
  public mutating func field(_ name: StaticString, _ value: RawSpan) {
    start(name)
    if FieldValue.isValid(value) {
      buffer.append(value)
    } else {
      for at in 0..<value.byteCount {
        let byte = value[at]
        buffer.append(FieldValue.allows(byte) && byte < 0x80 ? byte : Octet.space)
      }
    }
    put("\r\n")
  }

  /// Ends the head. `length` is the size of the content in bytes; for HEAD, of the content that GET
  /// would return. 204 and 304 have no content, and get no Content-Length (RFC 9110 §8.6).
  public mutating func end(length: Int) {
    if status != 204 && status != 304 {
      field("Content-Length", decimal: length)
    } else {
      precondition(status == 304 || length == 0, "a 204 has no content")
    }
    put("\r\n")
  }

  @inlinable
  @inline(__always)
  mutating func start(_ name: StaticString) {
    put(name)
    put(": ")
  }

  /// Appends a literal.
  @inlinable
  @inline(__always)
  mutating func put(_ text: StaticString) { buffer.append(text) }
}
