// Pipelines made by seed: requests of all framings, cut into pieces at random places, to one
// connection. Each is answered with its own body, in order, whatever the pieces are.

import Chance
import Foundation
import Synchronization
import TestLab
import Testing

/// A stream of requests and what answers them.
private struct Pipeline {
  private(set) var bytes: [UInt8] = []
  /// The echoed bodies; nil stands for the answer to a HEAD.
  private(set) var answers: [[UInt8]?] = []
  private var random: SeededRandom

  init(seed: UInt64, requests: Int, largest: Int) {
    random = SeededRandom(seed: seed)
    for _ in 0..<requests { append(Int.random(in: 0...5, using: &random), largest) }
  }

  private mutating func append(_ kind: Int, _ largest: Int) {
    let first = UInt8.random(in: 0...255, using: &random)
    var body = [UInt8](repeating: first, count: Int.random(in: 0...largest, using: &random))
    for place in stride(from: 0, to: body.count, by: 97) { body[place] = UInt8(place & 255) }
    switch kind {
    case 0:
      text("GET /a?b HTTP/1.1\r\nHost: a\r\nX: \(body.count)\r\n\r\n")
      answers.append([])
    case 1:
      text("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      answers.append(nil)
    case 2, 3:
      text("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
      bytes += body
      answers.append(body)
    default:
      text("PUT / HTTP/1.1\r\ntransfer-encoding: Chunked\r\nHost: a\r\n\r\n")
      chunks(body)
      answers.append(body)
    }
    if Bool.random(using: &random) { text("\r\n") }
  }

  private mutating func chunks(_ body: [UInt8]) {
    var rest = body[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...max(1, body.count), using: &random))
      rest = rest.dropFirst(piece.count)
      let comment = Bool.random(using: &random) ? ";a=\"b c\"" : ""
      text("\(String(piece.count, radix: 16))\(comment)\r\n")
      bytes += piece
      text("\r\n")
    }
    text(Bool.random(using: &random) ? "0\r\n\r\n" : "000\r\nX-Trailer: y\r\n\r\n")
  }

  private mutating func text(_ text: String) { bytes += Array(text.utf8) }

  /// The stream in pieces of 1 to `longest` bytes.
  mutating func pieces(longest: Int) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      pieces.append(rest.prefix(Int.random(in: 1...longest, using: &random)))
      rest = rest.dropFirst(pieces.last!.count)
    }
    return pieces
  }
}

@Suite("Pipelines made by seed")
struct RandomPipelineTests {
  @Test("Small requests in small pieces", arguments: 0..<60)
  func small(seed: Int) throws {
    var pipeline = Pipeline(seed: UInt64(seed), requests: 40, largest: 300)
    let connection = try EchoProcess.shared.get().connect()
    for piece in pipeline.pieces(longest: 1 << (seed % 12)) { try connection.send(Array(piece)) }
    try expect(pipeline, on: connection)
  }

  /// More than the sockets hold: the server has to wait for its reader, and go on afterwards.
  @Test("Large requests, read while they are still being sent", arguments: 100..<106)
  func large(seed: Int) throws {
    var pipeline = Pipeline(seed: UInt64(seed), requests: 40, largest: 200_000)
    let connection = try EchoProcess.shared.get().connect()
    let pieces = pipeline.pieces(longest: 100_000).map(Array.init)
    let failure = Mutex<String?>(nil)
    let done = DispatchSemaphore(value: 0)
    let sender = Thread {
      do {
        for piece in pieces { try connection.send(piece) }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
      done.signal()
    }
    sender.start()
    try expect(pipeline, on: connection)
    done.wait()
    #expect(failure.withLock { $0 } == nil)
  }

  private func expect(_ pipeline: Pipeline, on connection: RawHTTP) throws {
    for (place, body) in pipeline.answers.enumerated() {
      let answer = try connection.response(toHEAD: body == nil)
      try #require(answer.status == 200, "request \(place)")
      try #require(answer.body == body ?? [], "request \(place)")
    }
    #expect(try connection.exchange("GET", "/").status == 200)
  }
}
