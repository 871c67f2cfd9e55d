// What Redis answers, and the few lines that read and write its protocol (RESP2). It is written
// again here, plainly, so that tests judge the gateway's reader by another one.

/// One answer of Redis.
public enum RedisValue: Equatable, Sendable {
  /// A status, such as `OK`.
  case status(String)
  /// An error's whole text, such as `ERR unknown command`.
  case error(String)
  /// An integer.
  case integer(Int)
  /// A bulk string.
  case bytes([UInt8])
  /// No value.
  case null
  /// Several answers in one.
  case array([RedisValue])

  /// The text of a status, an error, an integer or a bulk string; empty for the others.
  public var text: String {
    switch self {
    case .status(let text), .error(let text): text
    case .integer(let number): String(number)
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .null, .array: ""
    }
  }

  /// The elements of an array; none for the others.
  public var elements: [RedisValue] {
    if case .array(let elements) = self { return elements }
    return []
  }

  /// A command as it is sent.
  static func command(_ arguments: [[UInt8]]) -> [UInt8] {
    var bytes = Array("*\(arguments.count)\r\n".utf8)
    for argument in arguments {
      bytes += Array("$\(argument.count)\r\n".utf8) + argument + [13, 10]
    }
    return bytes
  }
}

/// Takes answers off the front of received bytes.
struct RedisReader {
  private var bytes: [UInt8] = []
  private var at = 0

  mutating func append(_ more: [UInt8]) { bytes += more }

  /// The next answer; nil, with nothing taken, while it is incomplete.
  mutating func next() throws -> RedisValue? {
    let start = at
    if let value = try read() { return value }
    at = start
    return nil
  }

  private mutating func read() throws -> RedisValue? {
    guard let line = line() else { return nil }
    let rest = String(decoding: line.dropFirst(), as: UTF8.self)
    switch line.first {
    case UInt8(ascii: "+"): return .status(rest)
    case UInt8(ascii: "-"): return .error(rest)
    case UInt8(ascii: ":"): return .integer(try number(rest))
    case UInt8(ascii: "$"): return try bulk(try number(rest))
    case UInt8(ascii: "*"): return try array(try number(rest))
    default: throw LabFault("not an answer of Redis: \(rest)")
    }
  }

  private func number(_ text: String) throws -> Int {
    guard let number = Int(text) else { throw LabFault("Redis answered no number: \(text)") }
    return number
  }

  private mutating func line() -> ArraySlice<UInt8>? {
    guard let end = bytes[at...].firstIndex(of: 13), end + 1 < bytes.count else { return nil }
    defer { at = end + 2 }
    return bytes[at..<end]
  }

  private mutating func bulk(_ count: Int) throws -> RedisValue? {
    if count < 0 { return .null }
    guard bytes.count - at >= count + 2 else { return nil }
    defer { at += count + 2 }
    return .bytes(Array(bytes[at..<at + count]))
  }

  private mutating func array(_ count: Int) throws -> RedisValue? {
    if count < 0 { return .null }
    var elements: [RedisValue] = []
    for _ in 0..<count {
      guard let element = try read() else { return nil }
      elements.append(element)
    }
    return .array(elements)
  }
}
