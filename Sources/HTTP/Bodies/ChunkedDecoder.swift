// A chunked body in, the body out, in place (RFC 9112 §7.1). The caller owns the buffer:
//
//   after `.needMore(keep)`      [ body so far | at most one unfinished trailer line ]  cut here
//   at the next call             [ ............. keep ............. | bytes that came ]
//   after `.complete(body, n)`   [ body | .......................... n | next request ]
//
// So a body takes no more room than its own size and one read. Each data byte is moved at most
// once, and each byte of framing is examined once. Bounded by `maximum` for the body, by `Limits`
// for extensions and trailers, and by 16 digits for a size. Trailers are checked like fields, then
// dropped.
//
// Rejected: white space in a chunk's first line, which RFC 9112 §7.1.1 lets a reader accept, and
// bare LF: two readers that differ about either find two different ends of the body.

import Primitives

/// Decodes one chunked body.
public struct ChunkedDecoder: Sendable {
  /// What became of the bytes so far.
  public enum Progress: Equatable, Sendable {
    /// The body is not complete. At the next call the first `keep` bytes must be there again,
    /// followed by the bytes that arrived since; whatever is after `keep` now is used up.
    case needMore(keep: Int)
    /// The first `body` bytes are the body; whatever follows the message begins at `consumed`.
    case complete(body: Int, consumed: Int)
    /// The request is refused: answer with the refusal's status, then close.
    case refused(Refusal)
  }

  /// What the next byte is expected to be.
  enum State: UInt8, Sendable {
    case size, sizeEnd
    case extensionName, extensionNameRest, extensionValue, extensionToken
    case quoted, quotedPair, quotedEnd
    case data, dataEnd, dataEndFeed
    case trailers
  }

  private let limits: Limits
  private var state = State.size
  /// How many bytes of the body there are, at the front.
  private var body = 0
  /// The chunk size read so far; once it is read, how many bytes of the chunk are missing.
  private var missing = 0
  private var digits = 0
  private var isLast = false
  private var extensionBytes = 0
  private var trailerBytes = 0
  private var trailerCount = 0
  /// Where the scan of an unfinished trailer line resumes.
  private var scanner = LineScanner()
  private(set) var examined = 0
  private var refusal: Refusal?

  /// A decoder at the start of a body.
  public init(limits: Limits = Limits()) { self.limits = limits }

  /// Decodes the bytes that arrived. At every call, `bytes` begin with the body's first byte: the
  /// `keep` bytes of the call before, then what arrived since. A body of more than `maximum` bytes
  /// is refused (413) as soon as the size of the excessive chunk is read. `maximum` is less than
  /// 2^56.
  public mutating func decode(_ bytes: inout MutableRawSpan, maximum: Int) -> Progress {
    precondition(maximum >= 0 && maximum < 1 << 56, "a body's bound leaves room for one more digit")
    if let refusal { return .refused(refusal) }
    do {
      return try advance(&bytes, maximum)
    } catch {
      refusal = error
      return .refused(error)
    }
  }

  private mutating func advance(
    _ bytes: inout MutableRawSpan, _ maximum: Int
  ) throws(Refusal) -> Progress {
    let end = bytes.byteCount
    var at = body
    while at < end, state != .trailers {
      if state == .data {
        moveData(&bytes, &at, end)
      } else {
        examined += 1
        try step(bytes.bytes[at], maximum)
        at += 1
      }
    }
    if state == .trailers { return try readTrailers(&bytes, at) }
    return .needMore(keep: body)
  }

  /// Moves the chunk's data to the end of the body.
  private mutating func moveData(_ bytes: inout MutableRawSpan, _ at: inout Int, _ end: Int) {
    let count = min(missing, end - at)
    bytes.move(from: at, to: body, count)
    body += count
    at += count
    missing -= count
    if missing == 0 { state = .dataEnd }
  }

  /// Takes one byte of framing.
  private mutating func step(_ byte: UInt8, _ maximum: Int) throws(Refusal) {
    switch state {
    case .size: try readSize(byte, maximum)
    case .sizeEnd:
      guard byte == Octet.lineFeed else { throw .bareLineBreak }
      state = isLast ? .trailers : .data
    case .dataEnd:
      guard byte == Octet.carriageReturn else { throw .malformedChunkEnd }
      state = .dataEndFeed
    case .dataEndFeed:
      guard byte == Octet.lineFeed else { throw .bareLineBreak }
      state = .size
      missing = 0
      digits = 0
    default:
      try readExtension(byte)
      extensionBytes += 1
      if extensionBytes > limits.extensions { throw .chunkExtensionsTooLarge }
    }
  }

  /// Takes one byte of a chunk size: `1*HEXDIG`, 16 at most. A size of 0 ends the body.
  private mutating func readSize(_ byte: UInt8, _ maximum: Int) throws(Refusal) {
    if let digit = Octet.hexadecimal(byte) {
      digits += 1
      if digits > 16 { throw .malformedChunkSize }
      // A size up to `maximum` takes another digit without overflow; above it, none is read.
      missing = missing * 16 + Int(digit)
      if missing > maximum - body { throw .bodyTooLarge }
      return
    }
    if digits == 0 { throw .malformedChunkSize }
    isLast = missing == 0
    switch byte {
    case Octet.carriageReturn: state = .sizeEnd
    case UInt8(ascii: ";"): state = .extensionName
    case Octet.lineFeed: throw .bareLineBreak
    default: throw .malformedChunkSize
    }
  }

  /// Takes one byte of the extensions: any number of `;name`, `;name=token` or `;name="quoted"`
  /// (RFC 9112 §7.1.1).
  private mutating func readExtension(_ byte: UInt8) throws(Refusal) {
    if byte == Octet.lineFeed { throw .bareLineBreak }
    let isToken = ByteSet.token.contains(byte)
    switch state {
    case .extensionName where isToken: state = .extensionNameRest
    case .extensionNameRest where isToken: break
    case .extensionNameRest where byte == UInt8(ascii: "="): state = .extensionValue
    case .extensionValue where isToken: state = .extensionToken
    case .extensionValue where byte == UInt8(ascii: "\""): state = .quoted
    case .extensionToken where isToken: break
    case .quoted where byte == UInt8(ascii: "\""): state = .quotedEnd
    case .quoted where byte == UInt8(ascii: "\\"): state = .quotedPair
    case .quoted where FieldValue.allows(byte): break
    case .quotedPair where FieldValue.allows(byte): state = .quoted
    case .extensionNameRest, .extensionToken, .quotedEnd:
      if byte == Octet.carriageReturn {
        state = .sizeEnd
      } else if byte == UInt8(ascii: ";") {
        state = .extensionName
      } else {
        throw .malformedChunkExtension
      }
    default: throw .malformedChunkExtension
    }
  }

  /// Reads trailer lines from `start` up to the empty line; an unfinished one is kept right after
  /// the body.
  private mutating func readTrailers(
    _ bytes: inout MutableRawSpan, _ start: Int
  ) throws(Refusal) -> Progress {
    var line = start
    // The scanner's cursor counts from the kept line, which begins where the body ends.
    scanner.cursor += start
    let before = scanner.examined
    while true {
      let window = line + limits.section + 2 - trailerBytes
      let isComplete = try scanner.finishLine(bytes.bytes, window: window)
      guard isComplete else {
        if bytes.byteCount >= window { throw .fieldsTooLarge }
        break
      }
      if scanner.cursor - line == 2 { return .complete(body: body, consumed: scanner.cursor) }
      try checkTrailer(bytes.bytes, line)
      trailerBytes += scanner.cursor - line
      line = scanner.cursor
    }
    examined += scanner.examined - before
    let kept = bytes.byteCount - line
    bytes.move(from: line, to: body, kept)
    scanner.cursor -= line
    return .needMore(keep: body + kept)
  }

  /// Checks that a trailer is a field line, and not one of an essential field (RFC 9110 §6.5.1).
  private mutating func checkTrailer(_ bytes: RawSpan, _ start: Int) throws(Refusal) {
    var at = start
    let line = try FieldLine.read(bytes, at: &at, to: scanner.cursor)
    if line.tag.isEssential { throw .forbiddenTrailer }
    trailerCount += 1
    if trailerCount > limits.fields { throw .tooManyFields }
  }
}

extension MutableRawSpan {
  /// Moves `count` bytes to a lower offset.
  @_lifetime(self: copy self)
  fileprivate mutating func move(from source: Int, to target: Int, _ count: Int) {
    if count == 0 || source == target { return }
    precondition(target < source && source + count <= byteCount, "bytes move down, and inside")
    // Safe: both runs lie inside the span, as just checked, and memmove lets them overlap.
    unsafe withUnsafeMutableBytes { all in
      let base = all.baseAddress!
      unsafe (base + target).copyMemory(from: base + source, byteCount: count)
    }
  }
}
