import Primitives
import Redis
import Testing

@Suite("Replies: what they say, however they arrive")
struct ReplyReaderTests {
  static let conversation =
    "+OK\r\n" + "$5\r\nhe\r\no\r\n" + "$0\r\n\r\n" + "$-1\r\n" + "*-1\r\n" + "*0\r\n"
    + ":-9223372036854775808\r\n" + ":0\r\n:9\r\n:10\r\n" + "-ERR no such thing\r\n"
    + "*4\r\n+OK\r\n$-1\r\n-MOVED 1 a:1\r\n*2\r\n:1\r\n*1\r\n$3\r\nxyz\r\n" + "+\r\n"
  static let lines = [
    "+OK", "'he\r\no'", "''", "null", "null", "[]", "-9223372036854775808", "0", "9", "10",
    "-ERR no such thing",
    "[+OK, null, -MOVED 1 a:1, [1, ['xyz']]]", "+", "more",
  ]

  @Test("whole")
  func whole() { #expect(transcript(Self.conversation) == Self.lines) }

  @Test("byte by byte")
  func byteByByte() {
    let bytes = Array(Self.conversation.utf8)
    #expect(transcript(bytes, pieces: bytes.map { _ in 1 }) == Self.lines)
  }

  @Test("split at each position")
  func splitAnywhere() {
    let bytes = Array(Self.conversation.utf8)
    for position in 0...bytes.count {
      #expect(transcript(bytes, pieces: [position]) == Self.lines, "split at \(position)")
    }
  }

  @Test("cut off at each position, the last reply is not there and nothing is a fault")
  func cutAnywhere() {
    let bytes = Array(Self.conversation.utf8)
    for count in 0..<bytes.count {
      let lines = transcript(Array(bytes[..<count]))
      #expect(lines.last == "more")
      #expect(lines.dropLast() == Self.lines.prefix(lines.count - 1))
      #expect(lines.count < Self.lines.count)
    }
  }

  @Test("a bulk string of 5 MB in reads of 16 KiB, and what comes behind it")
  func large() {
    let size = 5_000_000
    let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let all = Array("$\(size)\r\n".utf8) + payload + Array("\r\n:7\r\n".utf8)
    var reader = ReplyReader()
    var reply = Reply()
    var rest = all[...]
    while reader.next(into: &reply) == .needMore, !rest.isEmpty {
      feed(rest.prefix(16_384), to: &reader)
      rest = rest.dropFirst(16_384)
    }
    #expect(reply.kind == .string)
    #expect(reply.integer == size)
    #expect(bytes(reply.string()) == payload)
    feed(rest, to: &reader)
    #expect(reader.next(into: &reply) == .reply)
    #expect(reply.integer == 7)
    #expect(reply.bytes.count == 0)
  }

  @Test("large bulk strings between small replies, in pieces of any size")
  func mixed() {
    let payload = (0..<20_480).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let large = Array("$20480\r\n".utf8) + payload + Array("\r\n".utf8)
    let all =
      large + Array("+OK\r\n".utf8) + large + large
      + Array("$2\r\nab\r\n:1\r\n".utf8)
    let whole = transcript(all)
    #expect(whole.count == 7)
    #expect(whole.suffix(3) == ["'ab'", "1", "more"])
    for piece in [1_000, 4_099, 16_384, 20_481, 20_489, 20_490, 20_491, 61_000] {
      let pieces = [Int](repeating: piece, count: all.count / piece)
      #expect(transcript(all, pieces: pieces) == whole, "pieces of \(piece)")
    }
  }

  @Test("a large bulk string ends in CR LF or is refused", arguments: ["\rX", "X\n"])
  func unended(_ end: String) {
    let bytes = Array("$20480\r\n".utf8) + [UInt8](repeating: 7, count: 20_480) + Array(end.utf8)
    #expect(transcript(bytes, pieces: [4_096, 8_192]) == ["malformed"])
  }

  @Test("a thousand replies in one read keep their order")
  func pipeline() {
    let text = (0..<1000).map { "$\(String($0).count + 100)\r\n\($0)" + filler + "\r\n" }.joined()
    let lines = transcript(text)
    #expect(lines.count == 1001)
    #expect(lines[567] == "'567\(filler)'")
  }
  private let filler = String(repeating: "x", count: 100)

  @Test("the payload is behind the headroom and can be taken away")
  func headroom() {
    var reader = ReplyReader()
    var reply = Reply(headroom: 64)
    feed(Array("$5\r\nhello\r\n$3\r\nyou\r\n".utf8)[...], to: &reader)
    #expect(reader.next(into: &reply) == .reply)
    var taken = reply.exchangeBytes(ByteBuffer(capacity: 256))
    #expect(taken.start == 64)
    unsafe taken.prepend("head ".utf8Span.span.bytes)
    #expect(text(taken.bytes) == "head hello")
    #expect(reply.string().byteCount == 0)
    #expect(reader.next(into: &reply) == .reply)
    #expect(text(reply.string()) == "you")
    #expect(reply.bytes.start == 64)
    #expect(text(taken.bytes) == "head hello")
  }

  @Test("a reply stays until the first token of the next one")
  func staysUntilNext() {
    var reader = ReplyReader()
    var reply = Reply()
    feed(Array("+one\r\n*2\r\n".utf8)[...], to: &reader)
    #expect(reader.next(into: &reply) == .reply)
    #expect(text(reply.string()) == "one")
    #expect(reader.next(into: &reply) == .needMore)
    #expect(reply.count == 1)
    #expect(reply.kind == .array)
  }

  @Test("a reply that a lost connection left half done is used again by the next connection")
  func abandoned() {
    var reply = Reply()
    var lost = ReplyReader()
    feed(Array("*2\r\n$1\r\na\r\n".utf8)[...], to: &lost)
    #expect(lost.next(into: &reply) == .needMore)
    var fresh = ReplyReader()
    #expect(fresh.next(into: &reply) == .needMore)
    feed(Array("$1\r\nb\r\n".utf8)[...], to: &fresh)
    #expect(fresh.next(into: &reply) == .reply)
    #expect(rendered(reply) == "'b'")
    #expect(reply.count == 1)
  }

  @Test("What is parsed before hiredis is what hiredis would make of it")
  func quickReplies() {
    #expect(rendered(reply("+OK\r\n")) == "+OK")
    #expect(rendered(reply("+OKAY\r\n")) == "+OKAY")
    #expect(rendered(reply("+O\r\n")) == "+O")
    #expect(rendered(reply("$2\r\nOK\r\n")) == "'OK'")
    #expect(rendered(reply("-OK\r\n")) == "-OK")
    #expect(rendered(reply(":7\r\n")) == "7")
    #expect(rendered(reply(":17\r\n")) == "17")
  }
}
