// Where a body ends (RFC 9112, 6 and 7): what two readers could see differently is refused. These
// are the ways in which requests are smuggled past a proxy.

import Testing

@Suite("Smuggling: where a body ends")
struct FramingTests {
  fileprivate static let zero = "0\r\n\r\n"

  fileprivate static func coding(_ line: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
  }

  static let both: [Case] = [
    .refused(
      "length before chunked",
      Case.post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", zero)),
    .refused(
      "chunked before length",
      Case.post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", zero)),
    .refused(
      "length 0 and chunked", Case.post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", zero)
    ),
    .refused(
      "a length that fits the chunks",
      Case.post("Content-Length: 15\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n\(zero)")),
    .refused(
      "CL.TE with a request inside",
      Case.post(
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "\(zero)G")),
    .refused(
      "TE.CL with a request inside",
      Case.post(
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "2b\r\nGET /admin HTTP/1.1\r\nHost: a\r\nX: 1234567890\r\n\(zero)")),
    .refused(
      "length and identity", Case.post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n")),
    .refused("length and gzip", Case.post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n")),
    .refused(
      "length and an empty coding", Case.post("Content-Length: 5\r\nTransfer-Encoding:\r\n")),
    .refused(
      "length named by Connection",
      Case.post("Content-Length: 5\r\nConnection: Content-Length\r\n", "hello")),
    .refused(
      "chunked named by Connection",
      Case.post("Transfer-Encoding: chunked\r\nConnection: close, transfer-encoding\r\n", zero)),
    .refused(
      "GET with both",
      Case.get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + zero),
  ]

  @Test("RFC 9112, 6.1: length and coding together", arguments: both)
  func lengthAndCoding(_ one: Case) throws { try check(one) }

  static let codings: [Case] = [
    .served("chunked", coding("Transfer-Encoding: chunked"), "hello"),
    .served("CHUNKED", coding("TRANSFER-ENCODING: CHUNKED"), "hello"),
    .served("a tab before the value", coding("Transfer-Encoding:\tchunked"), "hello"),
    .served("no space before the value", coding("Transfer-Encoding:chunked"), "hello"),
    .served("spaces around the value", coding("Transfer-Encoding:   chunked \t"), "hello"),
    .refused("twice in a list", coding("Transfer-Encoding: chunked, chunked")),
    .refused(
      "twice in lines", coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
    .refused(
      "identity and chunked in lines",
      coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")),
    .refused("identity", coding("Transfer-Encoding: identity")),
    .refused("gzip", coding("Transfer-Encoding: gzip")),
    .refused("gzip behind chunked", coding("Transfer-Encoding: chunked, gzip")),
    .refused("gzip before chunked", coding("Transfer-Encoding: gzip, chunked"), 501),
    .refused("identity before chunked", coding("Transfer-Encoding: identity, chunked"), 501),
    .refused("xchunked", coding("Transfer-Encoding: xchunked")),
    .refused("chunkedx", coding("Transfer-Encoding: chunkedx")),
    .refused("chunked with a parameter", coding("Transfer-Encoding: chunked;q=1")),
    .refused("chunked with a semicolon", coding("Transfer-Encoding: chunked;")),
    .refused("chunked in quotes", coding("Transfer-Encoding: \"chunked\"")),
    .refused("chunked in single quotes", coding("Transfer-Encoding: 'chunked'")),
    .refused("two words", coding("Transfer-Encoding: chunked identity")),
    .refused("empty", coding("Transfer-Encoding:")),
    .refused("a comma", coding("Transfer-Encoding: ,")),
    .refused("a comma before", coding("Transfer-Encoding: , chunked")),
    .refused("a comma behind", coding("Transfer-Encoding: chunked,")),
    .refused("a vertical tab before", coding("Transfer-Encoding: \u{0B}chunked")),
    .refused("a form feed behind", coding("Transfer-Encoding: chunked\u{0C}")),
    .refused("NUL behind", coding("Transfer-Encoding: chunked\0")),
    .refused("a no-break space before", coding("Transfer-Encoding: \u{A0}chunked")),
    .refused("an umlaut for u", coding("Transfer-Encoding: ch\u{FC}nked")),
    .refused("a space before the colon", coding("Transfer-Encoding : chunked")),
    .refused("a tab before the colon", coding("Transfer-Encoding\t: chunked")),
    .refused("a space before the name", coding(" Transfer-Encoding: chunked")),
    .refused("folded", coding("Transfer-Encoding:\r\n chunked")),
    .refused("folded behind a coding", coding("Transfer-Encoding: chunked\r\n , identity")),
    .refused("a bare LF before it", coding("X: y\nTransfer-Encoding: chunked")),
    .refused("a bare CR before it", coding("X: y\rTransfer-Encoding: chunked")),
    .refused("an underscore", coding("Transfer_Encoding: chunked")),
    .refused(
      "a dot in the name", "POST / HTTP/1.1\r\nHost: a\r\nTransfer Encoding: chunked\r\n\r\n"),
    .refused(
      "in HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(zero)"),
    .refused(
      "in HTTP/1.0 with keep-alive",
      "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n\(zero)"),
  ]

  @Test("RFC 9112, 6.1: Transfer-Encoding", arguments: codings)
  func codingAlone(_ one: Case) throws { try check(one) }

  static let lengths: [Case] = [
    .served("5", Case.post("Content-Length: 5\r\n", "hello"), "hello"),
    .served("0", Case.post("Content-Length: 0\r\n")),
    .served("spaces around it", Case.post("Content-Length: \t 5 \t\r\n", "hello"), "hello"),
    .served("in lower case", Case.post("content-length:5\r\n", "hello"), "hello"),
    .served("no length is no body", Case.post("")),
    .served("any bytes", Case.post("Content-Length: 5\r\n", "\0\r\n\u{FF}\n"), "\0\r\n\u{FF}\n"),
    .served("GET with a body", Case.get("Content-Length: 5\r\n") + "hello"),
    .served(
      "GET whose body looks like a request",
      Case.get("Content-Length: 37\r\n") + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n\r\n"),
    .refused("twice", Case.post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
    .refused("two that differ", Case.post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")),
    .refused("a list", Case.post("Content-Length: 5, 5\r\n", "hello")),
    .refused("a list that differs", Case.post("Content-Length: 5, 6\r\n", "hello")),
    .refused("a comma behind", Case.post("Content-Length: 5,\r\n", "hello")),
    .refused("+5", Case.post("Content-Length: +5\r\n", "hello")),
    .refused("-5", Case.post("Content-Length: -5\r\n", "hello")),
    .refused("-0", Case.post("Content-Length: -0\r\n")),
    .refused("05", Case.post("Content-Length: 05\r\n", "hello")),
    .refused("0x5", Case.post("Content-Length: 0x5\r\n", "hello")),
    .refused("0b101", Case.post("Content-Length: 0b101\r\n", "hello")),
    .refused("0o5", Case.post("Content-Length: 0o5\r\n", "hello")),
    .refused("5e0", Case.post("Content-Length: 5e0\r\n", "hello")),
    .refused("5.0", Case.post("Content-Length: 5.0\r\n", "hello")),
    .refused("1_0", Case.post("Content-Length: 1_0\r\n", "hellohello")),
    .refused("5 5", Case.post("Content-Length: 5 5\r\n", "hello")),
    .refused("5 bytes", Case.post("Content-Length: 5 bytes\r\n", "hello")),
    .refused("5;", Case.post("Content-Length: 5;\r\n", "hello")),
    .refused("quoted", Case.post("Content-Length: \"5\"\r\n", "hello")),
    .refused("a word", Case.post("Content-Length: five\r\n", "hello")),
    .refused("empty", Case.post("Content-Length:\r\n", "hello")),
    .refused("a superscript", Case.post("Content-Length: \u{B2}\r\n", "he")),
    .refused("NUL behind", Case.post("Content-Length: 5\0\r\n", "hello")),
    .refused("a vertical tab before", Case.post("Content-Length: \u{0B}5\r\n", "hello")),
    .refused("a space before the colon", Case.post("Content-Length : 5\r\n", "hello")),
    .refused("an underscore", Case.post("Content_Length: 5\r\n", "hello")),
    .refused("folded", Case.post("Content-Length:\r\n 5\r\n", "hello")),
    .refused("folded digits", Case.post("Content-Length: 1\r\n 5\r\n", "hello")),
    .refused("2^63", Case.post("Content-Length: 9223372036854775808\r\n", "hello")),
    .refused("2^64 + 5", Case.post("Content-Length: 18446744073709551621\r\n", "hello")),
    .refused("2^32 + 5", Case.post("Content-Length: 4294967301\r\n", "hello"), 413),
    .refused("100 digits", Case.post("Content-Length: \(String(repeating: "1", count: 100))\r\n")),
    .refused("1 MiB and a byte", Case.post("Content-Length: 1048577\r\n"), 413),
  ]

  @Test("RFC 9110, 8.6: Content-Length", arguments: lengths)
  func length(_ one: Case) throws { try check(one) }

  static let chunks: [Case] = [
    .served("one chunk", Case.chunks("5\r\nhello\r\n\(zero)"), "hello"),
    .served("two chunks", Case.chunks("5\r\nhello\r\n6\r\n world\r\n\(zero)"), "hello world"),
    .served("no chunk", Case.chunks(zero)),
    .served(
      "upper and lower case", Case.chunks("A\r\n0123456789\r\nb\r\n0123456789a\r\n\(zero)"),
      "01234567890123456789a"),
    .served("leading zeros", Case.chunks("0005\r\nhello\r\n0000\r\n\r\n"), "hello"),
    .served("sixteen digits", Case.chunks("0000000000000005\r\nhello\r\n\(zero)"), "hello"),
    .served("line ends as data", Case.chunks("4\r\n\r\n\r\n\r\n\(zero)"), "\r\n\r\n"),
    .served("the last chunk as data", Case.chunks("5\r\n\(zero)\r\n\(zero)"), zero),
    .served("an extension", Case.chunks("5;a\r\nhello\r\n0;b=c\r\n\r\n"), "hello"),
    .served("a quoted extension", Case.chunks("5;a=\"b;\\\" c\"\r\nhello\r\n\(zero)"), "hello"),
    .served("a trailer", Case.chunks("5\r\nhello\r\n0\r\nX: y\r\n\r\n"), "hello"),
    .served(
      "GET with chunks", Case.get("Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n\(zero)"),
    .refused("seventeen digits", Case.chunks("00000000000000005\r\nhello\r\n\(zero)")),
    .refused("no size", Case.chunks("\r\nhello\r\n\(zero)")),
    .refused("0x5", Case.chunks("0x5\r\nhello\r\n\(zero)")),
    .refused("+5", Case.chunks("+5\r\nhello\r\n\(zero)")),
    .refused("-5", Case.chunks("-5\r\nhello\r\n\(zero)")),
    .refused("5_0", Case.chunks("5_0\r\nhello\r\n\(zero)")),
    .refused("5.0", Case.chunks("5.0\r\nhello\r\n\(zero)")),
    .refused("5,5", Case.chunks("5,5\r\nhello\r\n\(zero)")),
    .refused("5h", Case.chunks("5h\r\nhello\r\n\(zero)")),
    .refused("g", Case.chunks("g\r\nhello\r\n\(zero)")),
    .refused("a space before", Case.chunks(" 5\r\nhello\r\n\(zero)")),
    .refused("a space behind", Case.chunks("5 \r\nhello\r\n\(zero)")),
    .refused("a tab behind", Case.chunks("5\t\r\nhello\r\n\(zero)")),
    .refused("a space before an extension", Case.chunks("5 ;a\r\nhello\r\n\(zero)")),
    .refused("NUL behind", Case.chunks("5\0\r\nhello\r\n\(zero)")),
    .refused("a superscript", Case.chunks("\u{B2}\r\nhe\r\n\(zero)")),
    .refused("2^32 + 5", Case.chunks("100000005\r\nhello\r\n\(zero)"), 413),
    .refused("2^64 + 5", Case.chunks("10000000000000005\r\nhello\r\n\(zero)"), 413),
    .refused("2^63", Case.chunks("8000000000000000\r\nhello\r\n\(zero)"), 413),
    .refused("over 1 MiB", Case.chunks("100001\r\n"), 413),
    .refused("a bare LF behind the size", Case.chunks("5\nhello\r\n\(zero)")),
    .refused("a bare CR behind the size", Case.chunks("5\rhello\r\n\(zero)")),
    .refused("a bare LF behind the data", Case.chunks("5\r\nhello\n\(zero)")),
    .refused("a bare CR behind the data", Case.chunks("5\r\nhello\r0\r\n\r\n")),
    .refused("nothing behind the data", Case.chunks("5\r\nhello\(zero)")),
    .refused("more data than the size", Case.chunks("5\r\nhelloo\r\n\(zero)")),
    .refused("less data than the size", Case.chunks("6\r\nhello\r\n\(zero)")),
    .refused("any two bytes behind the data", Case.chunks("5\r\nhelloXX0\r\n\r\n")),
    .refused("a bare LF behind the last size", Case.chunks("0\n\r\n")),
    .refused("a bare LF as the last line", Case.chunks("0\r\n\n")),
    .refused("a bare LF in an extension", Case.chunks("5;a\nb\r\nhello\r\n\(zero)")),
    .refused("a bare CR in an extension", Case.chunks("5;a\rb\r\nhello\r\n\(zero)")),
    .refused("a bare LF in a quoted one", Case.chunks("5;a=\"\n\"\r\nhello\r\n\(zero)")),
    .refused("a line end in a quoted one", Case.chunks("5;a=\"\r\n\"\r\nhello\r\n\(zero)")),
    .refused("an extension without a name", Case.chunks("5;\r\nhello\r\n\(zero)")),
    .refused("an extension without a value", Case.chunks("5;a=\r\nhello\r\n\(zero)")),
    .refused("NUL in an extension", Case.chunks("5;a\0\r\nhello\r\n\(zero)")),
    .refused(
      "extensions without end",
      Case.chunks("5;\(String(repeating: "a", count: 2_000))\r\nhello\r\n\(zero)")),
    .refused("a trailer without a name", Case.chunks("0\r\n: x\r\n\r\n")),
    .refused("a trailer without a colon", Case.chunks("0\r\nx\r\n\r\n")),
    .refused("a trailer with a space before the colon", Case.chunks("0\r\nX : y\r\n\r\n")),
    .refused("a folded trailer", Case.chunks("0\r\nX: y\r\n z\r\n\r\n")),
    .refused("a length in a trailer", Case.chunks("0\r\nContent-Length: 5\r\n\r\n")),
    .refused("a coding in a trailer", Case.chunks("0\r\nTransfer-Encoding: chunked\r\n\r\n")),
    .refused("a host in a trailer", Case.chunks("0\r\nHost: b\r\n\r\n")),
    .refused("a token in a trailer", Case.chunks("0\r\nAuthorization: Bearer x\r\n\r\n")),
    .refused("a request for a trailer", Case.chunks("0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")),
    .refused(
      "trailers without end",
      Case.chunks("0\r\nX: \(String(repeating: "a", count: 17_000))\r\n\r\n"), 431),
    .refused(
      "too many trailers", Case.chunks("0\r\n\(String(repeating: "a:\r\n", count: 101))\r\n"), 431),
  ]

  @Test("RFC 9112, 7.1: chunks", arguments: chunks)
  func chunk(_ one: Case) throws { try check(one) }
}
