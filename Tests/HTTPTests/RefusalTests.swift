import HTTP
import Testing

/// A request that is refused, and why.
struct RefusedRequest: CustomTestStringConvertible {
  var name: String
  var bytes: [UInt8]
  var refusal: Refusal
  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8], _ refusal: Refusal) {
    self.name = name
    self.bytes = bytes
    self.refusal = refusal
  }
}

@Suite("Requests that are refused, by section of the RFC")
struct RefusalTests {
  static let host = "\r\nHost: a\r\n\r\n"

  static func line(_ line: String) -> [UInt8] { HTTPTests.bytes(line + host) }

  func check(_ refused: RefusedRequest) {
    let (result, difference) = parseEveryWay(refused.bytes)
    #expect(result.refusal == refused.refusal)
    #expect(difference == nil)
  }

  @Test(
    "RFC 9112, 2.2: message parsing",
    arguments: [
      RefusedRequest(
        "bare LF after the request line", bytes("GET / HTTP/1.1\nHost: a\r\n\r\n"), .bareLineBreak),
      RefusedRequest(
        "bare LF after a field", bytes("GET / HTTP/1.1\r\nHost: a\n\r\n"), .bareLineBreak),
      RefusedRequest(
        "bare LF as empty line", bytes("GET / HTTP/1.1\r\nHost: a\r\n\n"), .bareLineBreak),
      RefusedRequest("bare CR in a value", request("X: a\rb"), .bareLineBreak),
      RefusedRequest("bare CR in a name", request("X\rY: a"), .bareLineBreak),
      RefusedRequest(
        "bare CR in the request line", bytes("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"), .bareLineBreak),
      RefusedRequest("CR CR LF", bytes("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"), .bareLineBreak),
      RefusedRequest("LF CR", bytes("GET / HTTP/1.1\n\rHost: a\r\n\r\n"), .bareLineBreak),
      RefusedRequest(
        "bare LF before the request line", bytes("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .bareLineBreak),
      RefusedRequest(
        "two empty lines before the request line",
        bytes("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), .malformedRequestLine),
      RefusedRequest(
        "a space before the request line", line(" GET / HTTP/1.1"), .malformedRequestLine),
      RefusedRequest(
        "white space before the first field", bytes("GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        .obsoleteFolding),
      RefusedRequest("a TLS hello", [0x16, 0x03, 0x01, 0x02, 0x00], .controlByte),
      RefusedRequest("NUL first", [0], .controlByte),
    ])
  func messageParsing(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 2.3: version",
    arguments: [
      RefusedRequest("HTTP/0.9 without a version", bytes("GET /\r\n"), .unsupportedVersion),
      RefusedRequest("HTTP/0.9", line("GET / HTTP/0.9"), .unsupportedVersion),
      RefusedRequest("HTTP/1.2", line("GET / HTTP/1.2"), .unsupportedVersion),
      RefusedRequest("HTTP/2.0", line("GET / HTTP/2.0"), .unsupportedVersion),
      RefusedRequest("HTTP/9.9", line("GET / HTTP/9.9"), .unsupportedVersion),
      RefusedRequest(
        "the preface of HTTP/2", bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), .unsupportedVersion),
      RefusedRequest("HTTP/1.10", line("GET / HTTP/1.10"), .malformedVersion),
      RefusedRequest("HTTP/1.1x", line("GET / HTTP/1.1x"), .malformedVersion),
      RefusedRequest("http/1.1", line("GET / http/1.1"), .malformedVersion),
      RefusedRequest("HTTP/1", line("GET / HTTP/1"), .malformedVersion),
      RefusedRequest("HTTP/1,1", line("GET / HTTP/1,1"), .malformedVersion),
      RefusedRequest("HTTP/01.1", line("GET / HTTP/01.1"), .malformedVersion),
      RefusedRequest("HTTPS/1.1", line("GET / HTTPS/1.1"), .malformedVersion),
      RefusedRequest("ICY/1.1 ", line("GET / ICYX/1.1"), .malformedVersion),
      RefusedRequest("HTTP/A.1", line("GET / HTTP/A.1"), .malformedVersion),
    ])
  func version(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 3: request line",
    arguments: [
      RefusedRequest("method only", bytes("GET\r\n"), .malformedRequestLine),
      RefusedRequest(
        "two spaces before the target", line("GET  / HTTP/1.1"), .malformedRequestLine),
      RefusedRequest(
        "two spaces behind the target", line("GET /  HTTP/1.1"), .malformedRequestLine),
      RefusedRequest("a space at the end", line("GET / HTTP/1.1 "), .malformedRequestLine),
      RefusedRequest("a space in the target", line("GET /a b HTTP/1.1"), .malformedRequestLine),
      RefusedRequest("an empty target", line("GET  HTTP/1.1"), .malformedRequestLine),
      RefusedRequest("a tab for a space", line("GET\t/ HTTP/1.1"), .controlByte),
      RefusedRequest("a vertical tab for a space", line("GET\u{0B}/ HTTP/1.1"), .controlByte),
      RefusedRequest("a method in brackets", line("G[E]T / HTTP/1.1"), .malformedMethod),
      RefusedRequest("a method with a colon", line("GET: / HTTP/1.1"), .malformedMethod),
      RefusedRequest(
        "a method of 33 bytes", line(String(repeating: "M", count: 33) + " / HTTP/1.1"),
        .methodTooLong),
      RefusedRequest(
        "a method without end", bytes(String(repeating: "M", count: 9000)), .methodTooLong),
      RefusedRequest("a method in Latin-1", bytes("GÉT / HTTP/1.1\r\n"), .malformedTarget),
    ])
  func requestLine(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 3.2: request target",
    arguments: [
      RefusedRequest("a relative path", line("GET a HTTP/1.1"), .malformedTarget),
      RefusedRequest("a query only", line("GET ?a HTTP/1.1"), .malformedTarget),
      RefusedRequest("* with GET", line("GET * HTTP/1.1"), .malformedTarget),
      RefusedRequest("*a with OPTIONS", line("OPTIONS *a HTTP/1.1"), .malformedTarget),
      RefusedRequest("authority with GET", line("GET a:80 HTTP/1.1"), .malformedTarget),
      RefusedRequest("a path with CONNECT", line("CONNECT / HTTP/1.1"), .malformedTarget),
      RefusedRequest("CONNECT without port", line("CONNECT a HTTP/1.1"), .malformedTarget),
      RefusedRequest("CONNECT with an empty port", line("CONNECT a: HTTP/1.1"), .malformedTarget),
      RefusedRequest("another scheme", line("GET ftp://a/ HTTP/1.1"), .malformedTarget),
      RefusedRequest("a scheme without slashes", line("GET http:a/ HTTP/1.1"), .malformedTarget),
      RefusedRequest("a scheme and one slash", line("GET http:/a HTTP/1.1"), .malformedTarget),
      RefusedRequest("a scheme only", line("GET http:// HTTP/1.1"), .malformedTarget),
      RefusedRequest("no host", line("GET http:///a HTTP/1.1"), .malformedTarget),
      RefusedRequest("user information", line("GET http://u@a/ HTTP/1.1"), .malformedTarget),
      RefusedRequest("another host than Host's", line("GET http://b/ HTTP/1.1"), .hostMismatch),
      RefusedRequest("another port than Host's", line("GET http://a:81/ HTTP/1.1"), .hostMismatch),
      RefusedRequest("a fragment", line("GET /a#b HTTP/1.1"), .malformedTarget),
      RefusedRequest("a backslash", line("GET /a\\b HTTP/1.1"), .malformedTarget),
      RefusedRequest("a quote", line("GET /a\"b HTTP/1.1"), .malformedTarget),
      RefusedRequest("<", line("GET /a<b HTTP/1.1"), .malformedTarget),
      RefusedRequest(">", line("GET /a>b HTTP/1.1"), .malformedTarget),
      RefusedRequest("^", line("GET /a^b HTTP/1.1"), .malformedTarget),
      RefusedRequest("`", line("GET /a`b HTTP/1.1"), .malformedTarget),
      RefusedRequest("{", line("GET /a{b HTTP/1.1"), .malformedTarget),
      RefusedRequest("|", line("GET /a|b HTTP/1.1"), .malformedTarget),
      RefusedRequest("}", line("GET /a}b HTTP/1.1"), .malformedTarget),
      RefusedRequest("[", line("GET /?a[]=1 HTTP/1.1"), .malformedTarget),
      RefusedRequest("NUL", line("GET /\0 HTTP/1.1"), .controlByte),
      RefusedRequest("DEL", line("GET /\u{7F} HTTP/1.1"), .controlByte),
      RefusedRequest("UTF-8", line("GET /\u{E9} HTTP/1.1"), .malformedTarget),
      RefusedRequest("%zz", line("GET /%zz HTTP/1.1"), .malformedTarget),
      RefusedRequest("%4", line("GET /%4 HTTP/1.1"), .malformedTarget),
      RefusedRequest("% at the end", line("GET /% HTTP/1.1"), .malformedTarget),
      RefusedRequest("%4 before the query", line("GET /%4?a HTTP/1.1"), .malformedTarget),
      RefusedRequest("%00", line("GET /a%00b HTTP/1.1"), .malformedTarget),
      RefusedRequest("%00 in the query", line("GET /?a=%00 HTTP/1.1"), .malformedTarget),
      RefusedRequest(
        "8193 bytes", line("GET /" + String(repeating: "a", count: 8192) + " HTTP/1.1"),
        .targetTooLong),
      RefusedRequest(
        "no end", bytes("GET /" + String(repeating: "a", count: 9000)), .targetTooLong),
    ])
  func target(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 3.2 and RFC 9110, 7.2: Host",
    arguments: [
      RefusedRequest("missing", request(host: nil), .missingHost),
      RefusedRequest("repeated", request("Host: a"), .repeatedHost),
      RefusedRequest("repeated with another", request("host: b"), .repeatedHost),
      RefusedRequest(
        "repeated in HTTP/1.0", request("Host: a", start: "GET / HTTP/1.0"), .repeatedHost),
      RefusedRequest("empty", request(host: ""), .malformedHost),
      RefusedRequest("a port only", request(host: ":80"), .malformedHost),
      RefusedRequest("a path", request(host: "a/b"), .malformedHost),
      RefusedRequest("user information", request(host: "u@a"), .malformedHost),
      RefusedRequest("a list", request(host: "a,b"), .malformedHost),
      RefusedRequest("two names", request(host: "a b"), .malformedHost),
      RefusedRequest("a percent-encoding", request(host: "a%2eb"), .malformedHost),
      RefusedRequest("Latin-1", request(host: "\u{E9}"), .malformedHost),
      RefusedRequest("a port of letters", request(host: "a:b"), .malformedHost),
      RefusedRequest("two ports", request(host: "a:1:2"), .malformedHost),
      RefusedRequest("port 65536", request(host: "a:65536"), .malformedHost),
      RefusedRequest("a port of 6 digits", request(host: "a:000080"), .malformedHost),
      RefusedRequest("an open bracket", request(host: "[::1"), .malformedHost),
      RefusedRequest("no address in brackets", request(host: "[]"), .malformedHost),
      RefusedRequest("a name in brackets", request(host: "[a.b]"), .malformedHost),
      RefusedRequest("a zone", request(host: "[fe80::1%25eth0]"), .malformedHost),
      RefusedRequest("IPvFuture", request(host: "[v1.a]"), .malformedHost),
      RefusedRequest("bytes behind the bracket", request(host: "[::1]a"), .malformedHost),
      RefusedRequest("nine groups", request(host: "[1:2:3:4:5:6:7:8:9]"), .malformedHost),
      RefusedRequest("seven groups", request(host: "[1:2:3:4:5:6:7]"), .malformedHost),
      RefusedRequest("two ::", request(host: "[1::2::3]"), .malformedHost),
      RefusedRequest(":::", request(host: "[:::]"), .malformedHost),
      RefusedRequest("a trailing colon", request(host: "[1:2:3:4:5:6:7:]"), .malformedHost),
      RefusedRequest("five digits", request(host: "[::12345]"), .malformedHost),
      RefusedRequest("IPv4 of three", request(host: "[::1.2.3]"), .malformedHost),
      RefusedRequest("IPv4 over 255", request(host: "[::1.2.3.256]"), .malformedHost),
    ])
  func host(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 5: field syntax",
    arguments: [
      RefusedRequest("a space before the colon", request("X : a"), .malformedField),
      RefusedRequest(
        "a space before Host's colon", bytes("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), .malformedField),
      RefusedRequest("a tab before the colon", request("X\t: a"), .malformedField),
      RefusedRequest("an empty name", request(": a"), .malformedField),
      RefusedRequest("no colon", request("X"), .malformedField),
      RefusedRequest("no colon before a line with one", request("X", "Y: a"), .malformedField),
      RefusedRequest("a space in the name", request("X Y: a"), .malformedField),
      RefusedRequest("a bracket in the name", request("X[0]: a"), .malformedField),
      RefusedRequest("Latin-1 in the name", request("X\u{E9}: a"), .malformedField),
      RefusedRequest("obs-fold with a space", request("X: a", " b"), .obsoleteFolding),
      RefusedRequest("obs-fold with a tab", request("X: a", "\tb"), .obsoleteFolding),
      RefusedRequest("obs-fold of nothing", request("X: a", " "), .obsoleteFolding),
      RefusedRequest(
        "obs-fold of a framing field", request("Transfer-Encoding:", " chunked"), .obsoleteFolding),
      RefusedRequest("NUL in a value", request("X: a\0b"), .controlByte),
      RefusedRequest("BEL in a value", request("X: \u{07}"), .controlByte),
      RefusedRequest("DEL in a value", request("X: \u{7F}"), .controlByte),
      RefusedRequest("ESC in a name", request("\u{1B}X: a"), .controlByte),
      RefusedRequest("Content_Length", request("Content_Length: 5"), .ambiguousFieldName),
      RefusedRequest(
        "transfer_encoding", request("transfer_encoding: chunked"), .ambiguousFieldName),
      RefusedRequest("If_None-Match", request("If_None-Match: *"), .ambiguousFieldName),
      RefusedRequest("Session_Lock", request("Session_Lock: 1"), .ambiguousFieldName),
      RefusedRequest(
        "session-lock_request", request("session-lock_request: 1"), .ambiguousFieldName),
      RefusedRequest(
        "Session_Idle_Timeout", request("Session_Idle_Timeout: 1"), .ambiguousFieldName),
      RefusedRequest(
        "SESSION_ABSOLUTE_TIMEOUT", request("SESSION_ABSOLUTE_TIMEOUT: 1"), .ambiguousFieldName),
      RefusedRequest("Session-Deadline_", request("Session_Deadline: 1"), .ambiguousFieldName),
      RefusedRequest(
        "101 fields",
        bytes("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "a:\r\n", count: 100) + "\r\n"),
        .tooManyFields),
    ])
  func fields(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 6.2 and RFC 9110, 8.6: Content-Length",
    arguments: [
      RefusedRequest(
        "repeated", request("Content-Length: 1", "Content-Length: 2"), .repeatedContentLength),
      RefusedRequest(
        "repeated though equal", request("Content-Length: 1", "content-length: 1"),
        .repeatedContentLength),
      RefusedRequest("a list", request("Content-Length: 1, 1"), .malformedContentLength),
      RefusedRequest("+1", request("Content-Length: +1"), .malformedContentLength),
      RefusedRequest("-1", request("Content-Length: -1"), .malformedContentLength),
      RefusedRequest("-0", request("Content-Length: -0"), .malformedContentLength),
      RefusedRequest("1 2", request("Content-Length: 1 2"), .malformedContentLength),
      RefusedRequest("0x1", request("Content-Length: 0x1"), .malformedContentLength),
      RefusedRequest("1e3", request("Content-Length: 1e3"), .malformedContentLength),
      RefusedRequest("1.0", request("Content-Length: 1.0"), .malformedContentLength),
      RefusedRequest("1_0", request("Content-Length: 1_0"), .malformedContentLength),
      RefusedRequest("octal", request("Content-Length: 010"), .malformedContentLength),
      RefusedRequest("00", request("Content-Length: 00"), .malformedContentLength),
      RefusedRequest("empty", request("Content-Length:"), .malformedContentLength),
      RefusedRequest("quoted", request("Content-Length: \"1\""), .malformedContentLength),
      RefusedRequest("Arabic digits", request("Content-Length: \u{0661}"), .malformedContentLength),
      RefusedRequest(
        "2^63", request("Content-Length: 9223372036854775808"), .malformedContentLength),
      RefusedRequest(
        "20 digits", request("Content-Length: 10000000000000000000"), .malformedContentLength),
    ])
  func contentLength(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9112, 6.1 and 6.3: Transfer-Encoding",
    arguments: [
      RefusedRequest(
        "with Content-Length", request("Content-Length: 5", "Transfer-Encoding: chunked"),
        .conflictingFraming),
      RefusedRequest(
        "before Content-Length", request("Transfer-Encoding: chunked", "Content-Length: 5"),
        .conflictingFraming),
      RefusedRequest(
        "in HTTP/1.0", request("Transfer-Encoding: chunked", start: "POST / HTTP/1.0"),
        .transferEncodingInOldVersion),
      RefusedRequest(
        "gzip, chunked", request("Transfer-Encoding: gzip, chunked"), .unsupportedTransferCoding),
      RefusedRequest(
        "gzip, then chunked", request("Transfer-Encoding: gzip", "Transfer-Encoding: chunked"),
        .unsupportedTransferCoding),
      RefusedRequest(
        "identity, chunked", request("Transfer-Encoding: identity, chunked"),
        .unsupportedTransferCoding),
      RefusedRequest("gzip", request("Transfer-Encoding: gzip"), .malformedTransferEncoding),
      RefusedRequest(
        "identity", request("Transfer-Encoding: identity"), .malformedTransferEncoding),
      RefusedRequest(
        "chunked, gzip", request("Transfer-Encoding: chunked, gzip"), .malformedTransferEncoding),
      RefusedRequest(
        "chunked, then gzip", request("Transfer-Encoding: chunked", "Transfer-Encoding: gzip"),
        .malformedTransferEncoding),
      RefusedRequest(
        "chunked, chunked", request("Transfer-Encoding: chunked, chunked"),
        .malformedTransferEncoding),
      RefusedRequest(
        "chunked twice", request("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        .malformedTransferEncoding),
      RefusedRequest(
        "xchunked", request("Transfer-Encoding: xchunked"), .malformedTransferEncoding),
      RefusedRequest(
        "chunkedx", request("Transfer-Encoding: chunkedx"), .malformedTransferEncoding),
      RefusedRequest(
        "a parameter", request("Transfer-Encoding: chunked;a=b"), .malformedTransferEncoding),
      RefusedRequest(
        "quoted", request("Transfer-Encoding: \"chunked\""), .malformedTransferEncoding),
      RefusedRequest("empty", request("Transfer-Encoding:"), .malformedTransferEncoding),
      RefusedRequest(
        "an empty element first", request("Transfer-Encoding: , chunked"),
        .malformedTransferEncoding),
      RefusedRequest(
        "an empty element last", request("Transfer-Encoding: chunked,"), .malformedTransferEncoding),
      RefusedRequest("a vertical tab", request("Transfer-Encoding: \u{0B}chunked"), .controlByte),
      RefusedRequest(
        "Latin-1", request("Transfer-Encoding: chunked\u{A0}"), .malformedTransferEncoding),
      RefusedRequest(
        "a space before the colon", request("Transfer-Encoding : chunked"), .malformedField),
    ])
  func transferEncoding(_ refused: RefusedRequest) { check(refused) }

  @Test(
    "RFC 9110, 7.6.1 and 10.1.1: Connection and Expect",
    arguments: [
      RefusedRequest(
        "Connection: Content-Length", request("Connection: Content-Length"),
        .connectionNamesEssentialField),
      RefusedRequest(
        "Connection: close, host", request("Connection: close, host"),
        .connectionNamesEssentialField),
      RefusedRequest(
        "Connection: Transfer-Encoding", request("Connection: Transfer-Encoding"),
        .connectionNamesEssentialField),
      RefusedRequest(
        "Connection: Authorization", request("Connection: Authorization"),
        .connectionNamesEssentialField),
      RefusedRequest("Connection: a b", request("Connection: a b"), .malformedConnection),
      RefusedRequest("Connection: close;a", request("Connection: close;a"), .malformedConnection),
      RefusedRequest("Expect: 200-ok", request("Expect: 200-ok"), .unknownExpectation),
      RefusedRequest("Expect: empty", request("Expect:"), .unknownExpectation),
      RefusedRequest(
        "Expect: with a parameter", request("Expect: 100-continue;a=b"), .unknownExpectation),
    ])
  func connection(_ refused: RefusedRequest) { check(refused) }

  @Test("RFC 6585, 5: a field section over its limit is refused at the byte that is too much")
  func sectionTooLarge() {
    let limits = Limits(section: 64)
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    let fits = bytes(start + String(repeating: "x", count: 50) + "\r\n\r\n")
    #expect(parseEveryWay(fits, limits: limits).result.reading != nil)
    let more = bytes(start + String(repeating: "x", count: 51) + "\r\n\r\n")
    let (result, difference) = parseEveryWay(more, limits: limits)
    #expect(result.refusal == .fieldsTooLarge)
    #expect(difference == nil)
    #expect(
      parse(bytes(start + String(repeating: "x", count: 60)), limits: limits).refusal
        == .fieldsTooLarge)
    // With the limits of the contract.
    let large = bytes(start + String(repeating: "x", count: 16384) + "\r\n\r\n")
    #expect(parse(large).refusal == .fieldsTooLarge)
  }

  @Test("Every refusal has a status of its class, its own code and a sentence")
  func reports() {
    var codes: Set<String> = []
    for refusal in Refusal.allCases {
      #expect([400, 413, 414, 417, 431, 501, 505].contains(refusal.status))
      #expect(refusal.detail.description.hasSuffix("."))
      codes.insert(refusal.code.description)
    }
    #expect(codes.count == Refusal.allCases.count)
    #expect(Refusal.targetTooLong.status == 414)
    #expect(Refusal.fieldsTooLarge.status == 431)
    #expect(Refusal.tooManyFields.status == 431)
    #expect(Refusal.unsupportedTransferCoding.status == 501)
    #expect(Refusal.methodTooLong.status == 501)
    #expect(Refusal.unsupportedVersion.status == 505)
    #expect(Refusal.unknownExpectation.status == 417)
    #expect(Refusal.bodyTooLarge.status == 413)
    #expect(Refusal.conflictingFraming.status == 400)
  }
}
