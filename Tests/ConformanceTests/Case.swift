// What is sent and what must come back. Every case is sent whole and byte by byte, each time with
// one more request behind it, in the same stream of bytes:
//
//   refused   one answer with the status and Connection: close, and then the end: the follower is
//             never answered, since nobody knows where it begins
//   served    the answers, then the follower's own; the connection stays open
//   closing   the answers, then the end

import TestLab
import Testing

/// One case of conformance.
struct Case: Sendable, CustomTestStringConvertible {
  enum Outcome: Sendable {
    case refused(Int)
    case served([Expected])
    case closing([Expected])
  }

  /// An answer that is expected; nil stands for any body.
  struct Expected: Sendable {
    let status: Int
    let body: String?
  }

  let name: String
  let bytes: [UInt8]
  let outcome: Outcome
  /// Whether the answers are to a HEAD.
  var isHead = false

  var testDescription: String { name }

  /// Refused with 400, or another status.
  static func refused(_ name: String, _ text: String, _ status: Int = 400) -> Case {
    Case(name: name, bytes: latin1(text), outcome: .refused(status))
  }

  /// One request that is served with 200 and this body, or another status.
  static func served(_ name: String, _ text: String, _ body: String = "", _ status: Int = 200)
    -> Case
  {
    Case(
      name: name, bytes: latin1(text), outcome: .served([Expected(status: status, body: body)]))
  }

  /// One request that is served with this body, after which the connection ends.
  static func closing(_ name: String, _ text: String, _ body: String = "", _ status: Int = 200)
    -> Case
  {
    Case(
      name: name, bytes: latin1(text), outcome: .closing([Expected(status: status, body: body)]))
  }

  /// Several requests, each served with 200 and its body.
  static func pipeline(_ name: String, _ text: String, _ bodies: [String]) -> Case {
    Case(
      name: name, bytes: latin1(text),
      outcome: .served(bodies.map { Expected(status: 200, body: $0) }))
  }

  /// A POST whose body comes in chunks.
  static func chunks(_ body: String, _ fields: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\(fields)\r\n\(body)"
  }

  /// A POST with these field lines, each with its line end, and this body.
  static func post(_ fields: String, _ body: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
  }

  /// A GET with these field lines, each with its line end.
  static func get(_ fields: String = "", host: String = "Host: a\r\n") -> String {
    "GET / HTTP/1.1\r\n\(host)\(fields)\r\n"
  }

  /// A request with this first line.
  static func line(_ line: String) -> String { "\(line)\r\nHost: a\r\n\r\n" }

  /// One byte for each character, so that a text can hold any byte.
  static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}

/// The request behind a case.
private let follower = Array(
  "POST /follower HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nfollower".utf8)

/// Sends a case in both ways and checks what comes back.
func check(_ one: Case) throws {
  let echo = try EchoProcess.shared.get()
  for isWhole in [true, false] {
    let connection = try echo.connect()
    let bytes = one.bytes + follower
    if isWhole {
      try connection.send(bytes)
    } else {
      // A server that has refused takes no more, in the middle of it.
      for byte in bytes { if (try? connection.send([byte])) == nil { break } }
    }
    let way = isWhole ? "whole" : "byte by byte"
    switch one.outcome {
    case .refused(let status):
      let answer = try connection.response()
      #expect(answer.status == status, "\(way)")
      #expect(answer["Connection"] == "close", "\(way)")
      try connection.expectClosed()
    case .closing(let answers):
      try expect(answers, on: connection, one, way)
      try connection.expectClosed()
    case .served(let answers):
      try expect(answers, on: connection, one, way)
      let last = try connection.response()
      #expect(last.status == 200, "\(way)")
      #expect(last.text == "follower", "\(way)")
      #expect(try connection.exchange("GET", "/").status == 200, "\(way)")
    }
  }
}

private func expect(
  _ answers: [Case.Expected], on connection: RawHTTP, _ one: Case, _ way: String
) throws {
  for expected in answers {
    let answer = try connection.response(toHEAD: one.isHead)
    #expect(answer.status == expected.status, "\(way)")
    if let body = expected.body {
      #expect(Array(answer.body) == Case.latin1(body), "\(way)")
    }
  }
}
