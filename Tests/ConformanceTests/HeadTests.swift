// Line ends, request lines, targets, hosts and fields (RFC 9112, 2 to 5; RFC 9110, 5).

import Testing

@Suite("Strictness: heads")
struct HeadTests {
  static let lines: [Case] = [
    .served("one empty line before", "\r\n" + Case.get()),
    .refused("two empty lines before", "\r\n\r\n" + Case.get()),
    .refused("a bare LF before", "\n" + Case.get()),
    .refused("a bare CR before", "\r" + Case.get()),
    .refused("bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n"),
    .refused("a bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
    .refused("a bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
    .refused("a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
    .refused("a bare CR in a value", Case.get("X: a\rb\r\n")),
    .refused("a bare CR in a name", Case.get("X\rY: a\r\n")),
    .refused("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
    .refused("LF CR", "GET / HTTP/1.1\n\rHost: a\r\n\r\n"),
    .refused("a request behind a bare CR", Case.get("X: y\r\rGET /smuggled HTTP/1.1\r\n")),
    .refused("a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    .refused("a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    .refused("NUL first", "\0"),
    .refused("TLS", "\u{16}\u{03}\u{01}\u{02}\0\u{01}\0"),
    .refused("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    .refused("a byte order mark", "\u{EF}\u{BB}\u{BF}" + Case.get()),
  ]

  @Test("RFC 9112, 2.2: line ends", arguments: lines)
  func line(_ one: Case) throws { try check(one) }

  static let starts: [Case] = [
    .refused("HTTP/0.9", "GET /\r\n", 505),
    .refused("HTTP/0.9 with a version", Case.line("GET / HTTP/0.9"), 505),
    .refused("HTTP/1.2", Case.line("GET / HTTP/1.2"), 505),
    .refused("HTTP/2.0", Case.line("GET / HTTP/2.0"), 505),
    .refused("HTTP/1", Case.line("GET / HTTP/1")),
    .refused("HTTP/1.", Case.line("GET / HTTP/1.")),
    .refused("HTTP/.1", Case.line("GET / HTTP/.1")),
    .refused("HTTP/1.10", Case.line("GET / HTTP/1.10")),
    .refused("HTTP/01.1", Case.line("GET / HTTP/01.1")),
    .refused("HTTP/1,1", Case.line("GET / HTTP/1,1")),
    .refused("HTTP 1.1", Case.line("GET / HTTP 1.1")),
    .refused("http/1.1", Case.line("GET / http/1.1")),
    .refused("HTTPS/1.1", Case.line("GET / HTTPS/1.1")),
    .refused("HTTP/1.1 and a byte", Case.line("GET / HTTP/1.1x")),
    .refused("a space behind the version", Case.line("GET / HTTP/1.1 ")),
    .refused("a tab behind the version", Case.line("GET / HTTP/1.1\t")),
    .refused("two spaces before the target", Case.line("GET  / HTTP/1.1")),
    .refused("two spaces behind the target", Case.line("GET /  HTTP/1.1")),
    .refused("a tab for a space", Case.line("GET\t/ HTTP/1.1")),
    .refused("a vertical tab for a space", Case.line("GET\u{0B}/ HTTP/1.1")),
    .refused("a no-break space for a space", Case.line("GET\u{A0}/ HTTP/1.1")),
    .refused("a method alone", "GET\r\n"),
    .refused("no method", Case.line("/ HTTP/1.1")),
    .refused("a method with a colon", Case.line("GET: / HTTP/1.1")),
    .refused("a method in brackets", Case.line("(GET) / HTTP/1.1")),
    .refused("NUL in a method", Case.line("G\0ET / HTTP/1.1")),
    .refused("a method without end", String(repeating: "M", count: 9_000), 501),
    .served("get in lower case", Case.line("get / HTTP/1.1"), "", 501),
    .served("an unknown method", Case.line("BREW / HTTP/1.1"), "", 501),
    .served("TRACE", Case.line("TRACE / HTTP/1.1"), "", 405),
    .served("OPTIONS *", Case.line("OPTIONS * HTTP/1.1")),
    .served(
      "CONNECT", Case.line("CONNECT a:443 HTTP/1.1").replacing("Host: a", with: "Host: a:443"),
      "", 501),
  ]

  @Test("RFC 9112, 3: request line", arguments: starts)
  func start(_ one: Case) throws { try check(one) }

  static let targets: [Case] = [
    .served("a path and a query", Case.line("GET /a/b%20c?d=%2F&e HTTP/1.1")),
    .served("the absolute form", Case.line("GET http://a/b HTTP/1.1")),
    .served("the absolute form without a path", Case.line("GET http://a HTTP/1.1")),
    .served("8192 bytes", Case.line("GET /\(String(repeating: "a", count: 8_191)) HTTP/1.1")),
    .refused("8193 bytes", Case.line("GET /\(String(repeating: "a", count: 8_192)) HTTP/1.1"), 414),
    .refused("no end", "GET /\(String(repeating: "a", count: 9_000))", 414),
    .refused("another host", Case.line("GET http://b/ HTTP/1.1")),
    .refused("another scheme", Case.line("GET ftp://a/ HTTP/1.1")),
    .refused("user information", Case.line("GET http://u@a/ HTTP/1.1")),
    .refused("no host", Case.line("GET http:/// HTTP/1.1")),
    .refused("a relative path", Case.line("GET a HTTP/1.1")),
    .refused("* with GET", Case.line("GET * HTTP/1.1")),
    .refused("a path with CONNECT", Case.line("CONNECT / HTTP/1.1")),
    .refused("a fragment", Case.line("GET /#a HTTP/1.1")),
    .refused("a space", Case.line("GET /a b HTTP/1.1")),
    .refused("a backslash", Case.line("GET \\a HTTP/1.1")),
    .refused("NUL", Case.line("GET /\0 HTTP/1.1")),
    .refused("%00", Case.line("GET /%00 HTTP/1.1")),
    .refused("%zz", Case.line("GET /%zz HTTP/1.1")),
    .refused("% at the end", Case.line("GET /% HTTP/1.1")),
    .refused("a byte above 127", Case.line("GET /\u{E9} HTTP/1.1")),
    .refused("quotes", Case.line("GET /\"a\" HTTP/1.1")),
    .refused("brackets", Case.line("GET /<a> HTTP/1.1")),
    .refused(
      "a percent-encoded CRLF is data, a real one is not", Case.line("GET /\r\nX HTTP/1.1"), 505),
  ]

  @Test("RFC 9112, 3.2: target", arguments: targets)
  func target(_ one: Case) throws { try check(one) }

  static let hosts: [Case] = [
    .served("a name and a port", Case.get(host: "Host: example.com:8080\r\n")),
    .served("IPv6", Case.get(host: "Host: [::1]:80\r\n")),
    .closing("none in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
    .refused("none", Case.get(host: "")),
    .refused("twice", Case.get("Host: a\r\n")),
    .refused("two that differ", Case.get("Host: b\r\n")),
    .refused("twice in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    .refused("empty", Case.get(host: "Host:\r\n")),
    .refused("a list", Case.get(host: "Host: a, b\r\n")),
    .refused("two words", Case.get(host: "Host: a b\r\n")),
    .refused("a path", Case.get(host: "Host: a/b\r\n")),
    .refused("user information", Case.get(host: "Host: u@a\r\n")),
    .refused("a port of letters", Case.get(host: "Host: a:http\r\n")),
    .refused("port 65536", Case.get(host: "Host: a:65536\r\n")),
    .refused("an open bracket", Case.get(host: "Host: [::1\r\n")),
    .refused("a space before the colon", Case.get(host: "Host : a\r\n")),
    .refused("folded", Case.get(host: "Host:\r\n a\r\n")),
    .refused("a scheme", Case.get(host: "Host: http://a\r\n")),
    .refused("NUL", Case.get(host: "Host: a\0b\r\n")),
    .refused("absolute form without Host", "GET http://a/ HTTP/1.1\r\n\r\n"),
  ]

  @Test("RFC 9110, 7.2: Host", arguments: hosts)
  func host(_ one: Case) throws { try check(one) }

  private static func many(_ count: Int) -> String {
    Case.get(String(repeating: "a:\r\n", count: count - 1))
  }

  static let fields: [Case] = [
    .served("any token is a name", Case.get("!#$%&'*+-.^_`|~09Az: a\r\n")),
    .served("obs-text in a value", Case.get("X: \u{E9}\u{FF}\r\n")),
    .served("an empty value", Case.get("X:\r\n")),
    .served("100 fields", many(100)),
    .refused("101 fields", many(101), 431),
    .refused("over 16 KiB", Case.get("X: \(String(repeating: "a", count: 16_384))\r\n"), 431),
    .refused(
      "a line without end", "GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 20_000))", 431),
    .refused("a space before the colon", Case.get("X : a\r\n")),
    .refused("no name", Case.get(": a\r\n")),
    .refused("no colon", Case.get("X\r\n")),
    .refused("a space in the name", Case.get("X Y: a\r\n")),
    .refused("brackets in the name", Case.get("X[0]: a\r\n")),
    .refused("a quote in the name", Case.get("\"X\": a\r\n")),
    .refused("a byte above 127 in the name", Case.get("X\u{E9}: a\r\n")),
    .refused("NUL in the name", Case.get("X\0: a\r\n")),
    .refused("NUL in a value", Case.get("X: a\0b\r\n")),
    .refused("DEL in a value", Case.get("X: \u{7F}\r\n")),
    .refused("ESC in a value", Case.get("X: \u{1B}\r\n")),
    .refused("a vertical tab in a value", Case.get("X: a\u{0B}b\r\n")),
    .refused("folded with a space", Case.get("X: a\r\n b\r\n")),
    .refused("folded with a tab", Case.get("X: a\r\n\tb\r\n")),
    .refused("folded to nothing", Case.get("X: a\r\n \r\n")),
    .refused("a line of spaces before the end", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n"),
    .refused(
      "an unknown expectation", Case.post("Content-Length: 5\r\nExpect: x\r\n", "hello"), 417),
    .refused("Connection names Host", Case.get("Connection: host\r\n")),
    .refused("Connection is no list", Case.get("Connection: a b\r\n")),
  ]

  @Test("RFC 9112, 5: fields", arguments: fields)
  func field(_ one: Case) throws { try check(one) }
}
