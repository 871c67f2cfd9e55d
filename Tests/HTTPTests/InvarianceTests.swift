// Properties over many requests: pieces and whole are judged alike, time is linear, and no byte
// behind the last one is touched.

import Chance
import Glibc
import Testing

@testable import HTTP

@Suite("Whatever the pieces")
struct InvarianceTests {
  static let seeds: [[UInt8]] = [
    request(
      "Content-Length: 5", "X: y", start: "PUT /v1/sessions/a%20b?x=%41 HTTP/1.1", host: "[::1]:80"),
    request("Transfer-Encoding: chunked", "Expect: 100-continue", start: "POST / HTTP/1.1"),
    request("Connection: keep-alive, te", "TE: trailers", start: "GET http://a/b HTTP/1.0"),
    request("Content_Type: a", "Cookie: b", start: "OPTIONS * HTTP/1.1"),
  ]

  /// A few bytes changed, dropped, doubled or put in, drawn from those that parsers trip over.
  func mutated(_ bytes: [UInt8], _ generator: inout SeededRandom) -> [UInt8] {
    let hostile: [UInt8] = Array("\r\n\r\n :\t,;%/?[]@0aA_-\0\u{7F}".utf8) + [0x80, 0xFF]
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<3, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      let byte = hostile.randomElement(using: &generator) ?? 0
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = byte
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(byte, at: place)
      case 3: bytes.insert(bytes[place], at: place)
      default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    }
    return bytes
  }

  @Test("Mutated requests give one result however they are split", arguments: 0..<UInt64(8))
  func anySplit(_ seed: UInt64) {
    var generator = SeededRandom(seed: seed)
    var heads = 0
    var refusals = 0
    for _ in 0..<400 {
      let original = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
      let bytes = mutated(original, &generator)
      let whole = parse(bytes)
      let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &generator) }.sorted()
      #expect(parse(bytes, cuts: cuts) == whole, "\(bytes)")
      #expect(parse(bytes, cuts: Array(0..<bytes.count)) == whole, "\(bytes)")
      if whole.reading != nil { heads += 1 }
      if whole.refusal != nil { refusals += 1 }
    }
    // The mutations are worth something only while both happen.
    #expect(heads > 20)
    #expect(refusals > 100)
  }

  @Test("Mutated chunked bodies give one result however they are split", arguments: 0..<UInt64(4))
  func anySplitOfChunks(_ seed: UInt64) {
    var generator = SeededRandom(seed: seed)
    let original = bytes("5;a=\"b\"\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX: y\r\nZ:\r\n\r\n")
    for _ in 0..<400 {
      let raw = mutated(original, &generator)
      let whole = decode(raw)
      let cuts = (0..<3).map { _ in Int.random(in: 0...raw.count, using: &generator) }.sorted()
      #expect(decode(raw, cuts: cuts) == whole, "\(raw)")
      #expect(decode(raw, cuts: Array(0..<raw.count)) == whole, "\(raw)")
    }
  }

  @Test("A head that drips costs linear time: each byte is looked at three times at most")
  func linear() {
    let lines = String(repeating: "Name: value\twith a tab\r\n", count: 99)
    let bytes = bytes(
      "GET /\(String(repeating: "a", count: 8000)) HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
    var parser = RequestParser()
    var head = RequestHead()
    for end in 1..<bytes.count {
      let span = unsafe bytes.span.bytes.extracting(0..<end)
      #expect(parser.parse(span, into: &head) == .needMore)
    }
    #expect(unsafe parser.parse(bytes.span.bytes, into: &head) == .head)
    #expect(parser.examined >= bytes.count)
    #expect(parser.examined <= bytes.count * 3)
  }

  @Test("No byte behind the last is read: the next page cannot be")
  func guardPage() throws {
    let page = Int(getpagesize())
    let map = unsafe mmap(
      nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let base = try unsafe #require(map == MAP_FAILED ? nil : map)
    defer { unsafe munmap(base, 2 * page) }
    try #require(unsafe mprotect(base + page, page, PROT_NONE) == 0)
    for bytes in Self.seeds {
      for count in 1...bytes.count {
        let start = unsafe base + (page - count)
        unsafe bytes.withUnsafeBytes {
          unsafe start.copyMemory(from: $0.baseAddress!, byteCount: count)
        }
        var parser = RequestParser()
        var head = RequestHead()
        let span = unsafe RawSpan(_unsafeStart: start, byteCount: count)
        #expect((parser.parse(span, into: &head) == .needMore) == (count < bytes.count))
      }
    }
  }
}
