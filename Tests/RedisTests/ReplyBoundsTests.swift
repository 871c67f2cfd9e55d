import Redis
import Testing

@Suite("Replies: what is refused")
struct ReplyBoundsTests {
  static let malformed: [String] = [
    "\r\n", "OK\r\n", "HTTP/1.1 400 Bad Request\r\n", "\u{0}", "$\r\nx\r\n", "$-2\r\n",
    "$-0\r\n\r\n", "$+1\r\na\r\n", "$01\r\na\r\n", "$ 1\r\na\r\n", "$1 \r\na\r\n", "$1x\r\na\r\n",
    "$99999999999999999999\r\n", "$18446744073709551615\r\n", "$1\nab\r\n\r\n", "$1\raa\r\n\r\n",
    "$1\r\naXY", "$1\r\nab\r\n", "$1\r\na\r\r", "$1\r\na\n\n", ":\r\n", ":+1\r\n", ":01\r\n",
    ":-0\r\n", ": 1\r\n", ":1a\r\n", ":9223372036854775808\r\n", ":-9223372036854775809\r\n",
    "*\r\n", "*-2\r\n", "*x\r\n", "*+1\r\n", "*99999999999999999999\r\n", "+a\nb\r\n",
    "+a\rb\r\n", "-ERR a\nb\r\n", "*2\r\n+OK\r\n?\r\n", "%1\r\n+a\r\n+b\r\n", "_\r\n", "#t\r\n",
    ",1.5\r\n", "(12345\r\n", "~1\r\n:1\r\n", ">1\r\n+x\r\n", "=5\r\ntxt:a\r\n",
    "$" + String(repeating: "1", count: 40), ":" + String(repeating: "1", count: 40),
    "*" + String(repeating: "1", count: 40),
  ]

  @Test("is no RESP2, whole and byte by byte", arguments: malformed)
  func malformedReplies(_ text: String) {
    let bytes = Array(("+OK\r\n" + text).utf8)
    #expect(transcript(bytes) == ["+OK", "malformed"])
    #expect(transcript(bytes, pieces: bytes.map { _ in 1 }) == ["+OK", "malformed"])
  }

  @Test("a broken reader stays broken")
  func sticky() {
    var reader = ReplyReader()
    var reply = Reply()
    feed(Array("!\r\n+OK\r\n".utf8)[...], to: &reader)
    #expect(reader.next(into: &reply) == .broken(.malformed))
    #expect(reader.next(into: &reply) == .broken(.malformed))
  }

  @Test("a length beyond the bound is refused before its bytes come")
  func declaredTooLarge() {
    for size in ["16777217", "2000000000", "9223372036854775807"] {
      #expect(transcript("$\(size)\r\n") == ["tooLarge"])
      #expect(transcript("*2\r\n+OK\r\n$\(size)\r\n") == ["tooLarge"])
    }
    #expect(transcript("$16777216\r\n") == ["more"])
  }

  @Test("the bytes of a reply are counted together")
  func bytesTogether() {
    let limits = ReplyLimits(bytes: 10)
    #expect(transcript("$10\r\n0123456789\r\n", limits: limits) == ["'0123456789'", "more"])
    #expect(transcript("$11\r\n0123456789a\r\n", limits: limits) == ["tooLarge"])
    #expect(transcript("*2\r\n$5\r\n01234\r\n$5\r\n01234\r\n", limits: limits).count == 2)
    #expect(transcript("*2\r\n$5\r\n01234\r\n$6\r\n", limits: limits) == ["tooLarge"])
    #expect(transcript("*2\r\n$5\r\n01234\r\n+012345\r\n", limits: limits) == ["tooLarge"])
    #expect(transcript("$11\r\n0123456789aXX", limits: limits) == ["tooLarge"])
  }

  @Test("a line without end is refused")
  func line() {
    let limits = ReplyLimits(line: 64)
    let fits = String(repeating: "x", count: 64)
    #expect(transcript("+\(fits)\r\n", limits: limits) == ["+\(fits)", "more"])
    #expect(transcript("+\(fits)\r", limits: limits) == ["more"])
    #expect(transcript("+\(fits)x\r\n", limits: limits) == ["malformed"])
    #expect(transcript("-\(fits)xx", limits: limits) == ["malformed"])
  }

  @Test("the tokens that arrays promise are counted together")
  func tokens() {
    let limits = ReplyLimits(tokens: 6)
    #expect(transcript("*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n", limits: limits).last == "more")
    #expect(transcript("*6\r\n", limits: limits) == ["tooManyTokens"])
    #expect(transcript("*3\r\n*2\r\n", limits: limits) == ["more"])
    #expect(transcript("*3\r\n*3\r\n", limits: limits) == ["tooManyTokens"])
    #expect(transcript("*2147483647\r\n") == ["tooManyTokens"])
  }

  @Test("arrays in each other")
  func depth() {
    let seven = String(repeating: "*1\r\n", count: 7)
    #expect(transcript(seven + ":1\r\n") == ["[[[[[[[1]]]]]]]", "more"])
    #expect(transcript(seven + "*1\r\n") == ["tooDeep"])
    #expect(transcript(seven + "*0\r\n") == ["tooDeep"])
    #expect(transcript("*1\r\n*1\r\n", limits: ReplyLimits(depth: 1)) == ["tooDeep"])
  }

  @Test("every fault is the same at each split")
  func splits() {
    let limits = ReplyLimits(bytes: 100, line: 64, tokens: 8, depth: 3)
    let long = String(repeating: "y", count: 70)
    let texts = [
      "*2\r\n*1\r\n*1\r\n*1\r\n", "*9\r\n", "*3\r\n+\(long)\r\n", "*2\r\n+a\n\(long)\r\n",
      "*2\r\n$80\r\n\(long)0123456789\r\n$21\r\n012345678901234567890XX", "$101\r\n\(long)",
      "*2\r\n+OK\r\n:\(long)\r\n", "$5\r\nhelloXX\r\n", "*7\r\n*1\r\n+\(long)\r\n",
    ]
    for text in texts {
      let bytes = Array(("$2\r\nok\r\n" + text).utf8)
      let whole = transcript(bytes, limits: limits)
      #expect(whole.count == 2 && whole.last != "more", "\(text)")
      for position in 0...bytes.count {
        #expect(transcript(bytes, pieces: [position], limits: limits) == whole)
      }
      #expect(transcript(bytes, pieces: bytes.map { _ in 1 }, limits: limits) == whole)
    }
  }
}
