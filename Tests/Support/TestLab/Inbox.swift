// Received bytes that are not yet a response, and the taking of responses off their front.

import Synchronization

final class Inbox: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }

  var isEmpty: Bool { bytes.withLock { $0.isEmpty } }

  /// The first bytes, for a person to read.
  var preview: String {
    bytes.withLock { $0.isEmpty ? "nothing" : String(decoding: $0.prefix(300), as: UTF8.self) }
  }

  /// The first response, taken off; nil while it is incomplete.
  func response(toHEAD: Bool) throws -> RawHTTP.Response? {
    try bytes.withLock { bytes in
      guard let end = Self.endOfHead(bytes) else { return nil }
      // CR LF is one Character of Swift, so a bare CR or LF does not end a line here.
      let lines = String(decoding: bytes[..<(end - 4)], as: UTF8.self)
        .split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
      let (version, status) = try Self.statusLine(lines[0])
      let fields = try lines.dropFirst().map(Self.field)
      let hasBody = !toHEAD && status >= 200 && status != 204 && status != 304
      let length = hasBody ? try Self.length(fields) : 0
      guard bytes.count >= end + length else { return nil }
      let body = Array(bytes[end..<(end + length)])
      bytes.removeFirst(end + length)
      return RawHTTP.Response(status: status, version: version, fields: fields, body: body)
    }
  }

  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for at in 0...(bytes.count - 4) where bytes[at] == 13 && bytes[at + 2] == 13 {
      if bytes[at + 1] == 10 && bytes[at + 3] == 10 { return at + 4 }
    }
    return nil
  }

  private static func statusLine(_ line: String) throws -> (String, Int) {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].hasPrefix("HTTP/1."), parts[1].count == 3,
      let status = Int(parts[1])
    else { throw LabFault("not a status line: \(line)") }
    return (String(parts[0]), status)
  }

  private static func field(_ line: String) throws -> RawHTTP.Field {
    guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
      throw LabFault("not a header field: \(line)")
    }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    return RawHTTP.Field(name: String(line[..<colon]), value: String(value))
  }

  private static func length(_ fields: [RawHTTP.Field]) throws -> Int {
    let lengths = fields.filter { $0.name.lowercased() == "content-length" }
    guard lengths.count == 1, let length = Int(lengths[0].value) else {
      throw LabFault("a response with a body has one Content-Length, not \(lengths.count)")
    }
    return length
  }
}
