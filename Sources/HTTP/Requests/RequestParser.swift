// Bytes in, a head or a refusal out. The parser is a few integers per connection. The bytes are the
// caller's; at every call they begin with the request's first byte, and they grow. Bounded by
// `Limits`.
//
//   1. the scanner finds the end of the request line      more than `limits.line` bytes: 414, 501
//   2. the request line is read at once                   so that another protocol is refused early
//   3. the scanner finds the empty line, line by line     more than the limits: 431
//   4. request line and fields are read, statelessly      again at each later call, until `reset`
//
// Every refusal is a function of a prefix of the bytes: of the byte at the scanner's cursor, or of
// a whole line or head. So the pieces in which the bytes arrive make no difference.
//
// Rejected: a state machine over every byte (each rule needs a state to survive a pause; slower,
// and longer to read), and keeping heads while bodies arrive (2 KiB per connection; parsing again
// costs less than the system call that brought the bytes).

import Primitives

/// Finds and reads the head of one request after the other.
public struct RequestParser: Sendable {
  /// What became of the bytes so far.
  public enum Progress: Equatable, Sendable {
    /// The head is not complete. Call again with the same bytes and more.
    case needMore
    /// The head was read; the first `RequestHead.length` bytes are the head's.
    case head
    /// The request is refused: answer with the refusal's status, then close.
    case refused(Refusal)
  }

  private let limits: Limits
  private var scanner = LineScanner()
  /// Where the request line starts: after the one empty line that may precede it.
  private var line = 0
  /// Where the field section starts; 0 while the request line is not complete.
  private var section = 0
  private var fieldCount = 0
  /// How many bytes the head takes; 0 while it is not complete.
  private var length = 0
  private var refusal: Refusal?

  /// A parser at the start of a request.
  public init(limits: Limits = Limits()) { self.limits = limits }

  /// Starts over: the next bytes begin with another request.
  public mutating func reset() { self = RequestParser(limits: limits) }

  /// How many bytes the scanner has examined since the start of the request.
  var examined: Int { scanner.examined }

  /// Reads the head at the start of `bytes`, which at every call begin with the request's first
  /// byte. A complete head is read again at each call until `reset`; after a refusal, every call
  /// refuses.
  public mutating func parse(_ bytes: RawSpan, into head: inout RequestHead) -> Progress {
    if let refusal { return .refused(refusal) }
    do {
      return try advance(bytes, &head) ? .head : .needMore
    } catch {
      refusal = error
      return .refused(error)
    }
  }

  private mutating func advance(
    _ bytes: RawSpan, _ head: inout RequestHead
  ) throws(Refusal) -> Bool {
    let isNew = section == 0
    if isNew {
      guard try findLine(bytes) else { return false }
      try head.readLine(bytes, from: line, to: section - 2, limits: limits)
    }
    if length == 0 {
      guard try findEnd(bytes) else { return false }
    }
    if !isNew { try head.readLine(bytes, from: line, to: section - 2, limits: limits) }
    try head.readFields(bytes, from: section, to: length - 2)
    head.length = length
    return true
  }

  /// Finds the end of the request line. One empty line before it is skipped, since some clients end
  /// a body with a line break (RFC 9112 §2.2); more are refused.
  private mutating func findLine(_ bytes: RawSpan) throws(Refusal) -> Bool {
    while true {
      let window = line + limits.line + 2
      guard try scanner.finishLine(bytes, window: window, ascii: true) else {
        if bytes.byteCount >= window { throw overlong(bytes) }
        return false
      }
      if scanner.cursor - line > 2 { break }
      if line > 0 { throw .malformedRequestLine }
      line = scanner.cursor
    }
    section = scanner.cursor
    return true
  }

  /// What is too long in a request line that does not end: the target or the method (RFC 9112 §3).
  private func overlong(_ bytes: RawSpan) -> Refusal {
    let most = line + Limits.method + 1
    return bytes.first(Octet.space, from: line, to: most) < most ? .targetTooLong : .methodTooLong
  }

  /// Finds the empty line at the end of the field section.
  private mutating func findEnd(_ bytes: RawSpan) throws(Refusal) -> Bool {
    let window = section + limits.section + 2
    while true {
      guard try scanner.finishLine(bytes, window: window) else {
        if bytes.byteCount >= window { throw .fieldsTooLarge }
        return false
      }
      // The empty line is a CRLF right after a CRLF.
      if bytes[scanner.cursor - 3] == Octet.lineFeed { break }
      fieldCount += 1
      if fieldCount > limits.fields { throw .tooManyFields }
    }
    length = scanner.cursor
    return true
  }
}
