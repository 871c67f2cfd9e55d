// The requests of a load, prepared once. In: an operation, a size and a session's number. Out: the
// range of the request's bytes, ready to send. Only the session's eight digits are rewritten each
// time.
//
//   PUT /v1/sessions/bench-00000042 HTTP/1.1 ... Content-Length: 20480 \r\n\r\n 00000042kXw...
//                          ^ digits                                             ^ stamp
//
// A payload starts with its session's number and continues with the same characters for all
// sessions, so a response of any allowed length can be checked against one sample. The next request
// changes the bytes: what a socket has not taken at once must be copied.

public import Primitives
import Settings

/// Prepared requests for one server.
public struct RequestBytes: ~Copyable {
  private struct Template {
    var range: ByteRange
    /// The offset of the session's number in the target.
    var digits: Int
    /// The offset of the payload; nil without one.
    var payload: Int?
    var size: Int
  }

  /// The number of digits of a session's number.
  public static let digits = 8

  private var text = ByteBuffer()
  private var templates: [Template] = []
  private var sample = ByteBuffer()
  private let sizes: [Int]

  /// The requests of `plan`.
  public init(_ plan: LoadPlan) {
    sizes = plan.sizes.values
    fillSample(sizes.max() ?? 0, seed: plan.seed)
    append(.get, size: nil, plan)
    append(.touch, size: nil, plan)
    append(.lock, size: nil, plan)
    appendRelease(plan)
    for size in sizes { append(.put, size: size, plan) }
  }

  /// The request for session `number`; for a PUT, `size` is the index of its payload size. The
  /// bytes in the range are valid until the next call.
  public mutating func prepare(_ operation: LoadOperation, size: Int, number: Int) -> ByteRange {
    let template =
      switch operation {
      case .get: templates[0]
      case .touch: templates[1]
      case .lock: templates[2]
      case .put: templates[4 + size]
      }
    Self.write(number, into: &text, at: template.digits, count: Self.digits)
    if let payload = template.payload {
      Self.write(number, into: &text, at: payload, count: min(Self.digits, template.size))
    }
    return template.range
  }

  /// The request that releases session `number`'s lock. The bytes in the range are valid until the
  /// next call.
  public mutating func prepareRelease(number: Int, token: InlineArray<32, UInt8>) -> ByteRange {
    let template = templates[3]
    Self.write(number, into: &text, at: template.digits, count: Self.digits)
    // The token is followed by the two line endings that end the head.
    let first = unsafe text.mutableReadable + (template.range.indices.upperBound - 4 - token.count)
    for at in token.indices {
      unsafe first.storeBytes(of: token[at], toByteOffset: at, as: UInt8.self)
    }
    return template.range
  }

  /// The bytes that the ranges from `prepare` refer to.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get { text.bytes }
  }

  /// Whether a payload can be `length` bytes long.
  public func isSize(_ length: Int) -> Bool { sizes.contains(length) }

  /// Whether `part` equals the bytes at `offset` of session `number`'s payload of `length` bytes.
  public mutating func isPayload(
    _ part: RawSpan, at offset: Int, of length: Int, number: Int
  ) -> Bool {
    guard isSize(length), offset + part.byteCount <= length else { return false }
    Self.write(number, into: &sample, at: 0, count: min(Self.digits, length))
    let expected = sample.bytes.extracting(offset..<offset + part.byteCount)
    return part.isSame(as: expected)
  }

  /// Fills the sample with printable characters that hardly compress.
  private mutating func fillSample(_ count: Int, seed: UInt64) {
    var random = LoadRandom(seed: seed)
    sample.reserve(count)
    for _ in 0..<count { sample.append(UInt8(0x21 + random.below(94))) }
  }

  private mutating func append(_ operation: LoadOperation, size: Int?, _ plan: LoadPlan) {
    let start = text.count
    let target = plan.target(of: operation)
    text.append(text: "\(operation.method) \(target.before)")
    let digits = text.count
    text.append(text: "00000000\(target.after) HTTP/1.1\r\nHost: \(plan.authority)\r\n")
    if let token = plan.token { text.append(text: "Authorization: Bearer \(token.reveal())\r\n") }
    if let size {
      text.append(text: "Content-Type: text/plain\r\nContent-Length: \(size)\r\n")
    } else if operation == .touch || operation == .lock {
      text.append(text: "Content-Length: 0\r\n")
    }
    text.append("\r\n")
    let payload = text.count
    if let size { Self.append(sample, size, to: &text) }
    templates.append(
      Template(
        range: ByteRange(start, text.count), digits: digits, payload: size.map { _ in payload },
        size: size ?? 0))
  }

  private mutating func appendRelease(_ plan: LoadPlan) {
    let start = text.count
    text.append(text: "DELETE /v1/sessions/\(plan.prefix)")
    let digits = text.count
    text.append(text: "00000000/lock HTTP/1.1\r\nHost: \(plan.authority)\r\n")
    if let token = plan.token { text.append(text: "Authorization: Bearer \(token.reveal())\r\n") }
    text.append(text: "Session-Lock: \(String(repeating: "0", count: 32))\r\n\r\n")
    templates.append(
      Template(range: ByteRange(start, text.count), digits: digits, payload: nil, size: 0))
  }

  private static func append(
    _ sample: borrowing ByteBuffer, _ size: Int, to text: inout ByteBuffer
  ) {
    text.append(sample.bytes.extracting(0..<size))
  }

  private static func write(
    _ number: Int, into buffer: inout ByteBuffer, at offset: Int, count: Int
  ) {
    precondition(offset + count <= buffer.count, "a number is written over bytes that are there")
    let first = unsafe buffer.mutableReadable + offset
    var rest = number
    for at in stride(from: digits - 1, through: 0, by: -1) {
      let digit = UInt8(truncatingIfNeeded: 48 + rest % 10)
      if at < count { unsafe first.storeBytes(of: digit, toByteOffset: at, as: UInt8.self) }
      rest /= 10
    }
  }
}
