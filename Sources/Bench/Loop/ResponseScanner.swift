// Finds the end of an HTTP/1.1 response. In: its bytes, in pieces of any size. Out: which of them
// are body, and where the response ends. It reads the status and three fields and skips the rest.
// It owns no memory and keeps only a few integers and a lock's token between pieces, so a response
// is never copied.
//
// Bounded: a head of at most 64 KiB. A response without Content-Length has no body if its status
// says so (RFC 9112 §6.3); otherwise it is unreadable, since this load does not ask for chunked
// responses.

import Primitives

/// The progress through a response.
public enum ScanProgress: Equatable, Sendable {
  /// All bytes were taken; those from offset `body` on are body. More follow.
  case more(body: Int)
  /// The response ends before offset `end`; its body is at `body..<end`.
  case done(body: Int, end: Int)
  /// The bytes are not a response that can be followed.
  case unreadable
}

/// A scanner for one response on a connection.
public struct ResponseScanner: Sendable {
  private enum Place {
    case start, status, line, skip, length, connection, lock, body
  }

  static let longestHead = 64 << 10

  private var place = Place.start
  /// How many characters of the word expected at this place have matched.
  private var matched = 0
  private var headBytes = 0
  private var lineBytes = 0
  private var isLength = true
  private var isConnection = true
  private var isLock = true

  /// The status code, 100 to 599; 0 before it is known.
  public private(set) var status = 0
  /// Content-Length, or nil without it.
  public private(set) var contentLength: Int?
  /// How many bytes of the body are missing, once the head is complete.
  public private(set) var remaining = 0
  /// Whether the server will close the connection after this response.
  public private(set) var closes = false
  /// The token of the acquired lock; all zeros without one.
  public private(set) var lock = InlineArray<32, UInt8>(repeating: UInt8(ascii: "0"))

  /// A scanner before the first byte of a response.
  public init() {}

  /// How many bytes of the body have been reported.
  public var bodyOffset: Int { place == .body ? (contentLength ?? 0) - remaining : 0 }

  /// Takes the next bytes of the response. After `.done`, the next response needs a new scanner.
  public mutating func scan(_ bytes: Span<UInt8>) -> ScanProgress {
    var at = 0
    while at < bytes.count {
      if place == .body { return takeBody(at, bytes.count) }
      at = place == .skip ? skipLine(bytes, from: at) : step(bytes[at], at)
      if at < 0 { return .unreadable }
      if place == .body && remaining == 0 { return .done(body: at, end: at) }
    }
    return .more(body: at)
  }

  private mutating func takeBody(_ at: Int, _ count: Int) -> ScanProgress {
    let part = min(remaining, count - at)
    remaining -= part
    return remaining == 0 ? .done(body: at, end: at + part) : .more(body: at)
  }

  /// Skips the rest of a line; most of a head is fields that do not matter here. Returns the next
  /// offset, or -1 when the head is too long.
  private mutating func skipLine(_ bytes: Span<UInt8>, from first: Int) -> Int {
    var at = first
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
    headBytes += at - first + 1
    if headBytes > Self.longestHead { return -1 }
    if at < bytes.count {
      beginLine()
      at += 1
    }
    return at
  }

  /// Takes one byte. Returns the next one's offset, or -1 when the byte is not valid or the head is
  /// too long.
  private mutating func step(_ byte: UInt8, _ at: Int) -> Int {
    headBytes += 1
    let isTaken =
      switch place {
      case .start: takeVersion(byte)
      case .status: takeStatus(byte)
      case .line: takeName(byte)
      case .length: takeLength(byte)
      case .connection: takeConnection(byte)
      case .lock: takeLock(byte)
      case .skip, .body: true
      }
    return isTaken && headBytes <= Self.longestHead ? at + 1 : -1
  }

  private static let version: StaticString = "HTTP/1.1 "
  private static let lengthName: StaticString = "content-length:"
  private static let connectionName: StaticString = "connection:"
  private static let lockName: StaticString = "session-lock:"
  private static let closeWord: StaticString = "close"

  private static func letter(_ word: StaticString, _ index: Int) -> UInt8 {
    unsafe word.utf8Start[index]
  }

  private mutating func takeVersion(_ byte: UInt8) -> Bool {
    // HTTP/1.0, which differs in one digit, is taken to close the connection after the response.
    guard byte == Self.letter(Self.version, matched) || matched == 7 && byte == UInt8(ascii: "0")
    else { return false }
    if matched == 7 && byte == UInt8(ascii: "0") { closes = true }
    matched += 1
    if matched == Self.version.utf8CodeUnitCount { (place, matched) = (.status, 0) }
    return true
  }

  private mutating func takeStatus(_ byte: UInt8) -> Bool {
    guard matched < 3 else {
      place = .skip
      if byte == UInt8(ascii: "\n") { beginLine() }
      return (100...599).contains(status)
    }
    guard (0x30...0x39).contains(byte) else { return false }
    status = status * 10 + Int(byte - 0x30)
    matched += 1
    return true
  }

  private mutating func beginLine() {
    place = .line
    (matched, lineBytes) = (0, 0)
    (isLength, isConnection, isLock) = (true, true, true)
  }

  private mutating func takeName(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\n") { return lineBytes == 0 ? endHead() : endLine() }
    if byte == UInt8(ascii: "\r") && lineBytes == 0 { return true }
    lineBytes += 1
    let lower = byte | 0x20
    let at = lineBytes - 1
    let colon = byte == UInt8(ascii: ":")
    let letter = colon || byte == UInt8(ascii: "-") ? byte : lower
    isLength = isLength && letter == Self.letter(Self.lengthName, at)
    isConnection =
      isConnection && at < Self.connectionName.utf8CodeUnitCount
      && letter == Self.letter(Self.connectionName, at)
    isLock =
      isLock && at < Self.lockName.utf8CodeUnitCount && letter == Self.letter(Self.lockName, at)
    if !isLength && !isConnection && !isLock { place = .skip }
    if colon && isLength { return beginLength() }
    if colon && isConnection { (place, matched) = (.connection, 0) }
    if colon && isLock { (place, matched) = (.lock, 0) }
    return true
  }

  private mutating func endLine() -> Bool {
    beginLine()
    return true
  }

  /// Begins Content-Length; a second one is refused (RFC 9112 §6.3).
  private mutating func beginLength() -> Bool {
    if contentLength != nil { return false }
    (place, contentLength, matched) = (.length, 0, 0)
    return true
  }

  private mutating func takeLength(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\n") {
      beginLineAfterLength()
      return contentLength != nil
    }
    if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") { return true }
    guard (0x30...0x39).contains(byte), let length = contentLength, length < 1 << 40 else {
      return false
    }
    contentLength = length * 10 + Int(byte - 0x30)
    matched += 1
    return true
  }

  private mutating func beginLineAfterLength() {
    if matched == 0 { contentLength = nil }
    beginLine()
  }

  private mutating func takeConnection(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\n") { return endLine() }
    let isNext = byte | 0x20 == Self.letter(Self.closeWord, matched)
    matched = isNext ? matched + 1 : 0
    if matched == Self.closeWord.utf8CodeUnitCount { (closes, matched) = (true, 0) }
    return true
  }

  private mutating func takeLock(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\n") { return endLine() }
    guard byte != UInt8(ascii: " "), byte != UInt8(ascii: "\r"), matched < lock.count else {
      return true
    }
    lock[matched] = byte
    matched += 1
    return true
  }

  private mutating func endHead() -> Bool {
    let isBodiless = status == 204 || status == 304 || status < 200
    // An interim response would be followed by the final one; this load never asks for one.
    if status < 200 { return false }
    if isBodiless {
      contentLength = 0
    } else if contentLength == nil {
      return false
    }
    remaining = contentLength ?? 0
    place = .body
    return true
  }
}
