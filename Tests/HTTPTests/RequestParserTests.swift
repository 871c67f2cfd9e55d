import HTTP
import Primitives
import Testing

@Suite("Requests that are read")
struct RequestParserTests {
  func read(_ bytes: [UInt8]) throws -> Reading {
    let (result, difference) = parseEveryWay(bytes)
    #expect(difference == nil)
    return try #require(result.reading)
  }

  @Test("A request's line, fields and ranges")
  func typical() throws {
    let put = request(
      "Content-Type: text/plain", "Content-Length: 5", "Session-Idle-Timeout:\t 60 \t", "X:",
      start: "PUT /v1/sessions/a%2Fb?unlock=true&x HTTP/1.1", host: "example.com:8080")
    let reading = try read(put)
    #expect(reading.method == .put)
    #expect(reading.target == "/v1/sessions/a%2Fb?unlock=true&x")
    #expect(reading.path == "/v1/sessions/a%2Fb")
    #expect(reading.query == "unlock=true&x")
    #expect(reading.authority == "example.com:8080")
    #expect(reading.version == .http11)
    #expect(
      reading.fields == [
        "host Host=example.com:8080", "contentType Content-Type=text/plain",
        "contentLength Content-Length=5", "sessionIdleTimeout Session-Idle-Timeout=60", "other X=",
      ])
    #expect(reading.framing == .length(5))
    #expect(reading.persistence == .keepAlive)
    #expect(!reading.expectsContinue)
    #expect(reading.length == put.count)
  }

  @Test(
    "Methods; an unknown one is read, and case matters",
    arguments: [
      ("GET", HTTP.Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put),
      ("DELETE", .delete), ("PATCH", .patch), ("TRACE", .trace), ("OPTIONS", .options),
      ("get", .other), ("Get", .other), ("PURGE", .other), ("GETT", .other), ("M-SEARCH", .other),
      ("!#$%&'*+-.^_`|~", .other), ("12345678901234567890123456789012", .other),
    ])
  func methods(_ text: String, _ method: HTTP.Method) throws {
    #expect(try read(request(start: "\(text) / HTTP/1.1")).method == method)
  }

  @Test("One empty line before the request line counts as the head's")
  func leadingEmptyLine() throws {
    let bytes = bytes("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
    let reading = try read(bytes)
    #expect(reading.path == "/a")
    #expect(reading.length == bytes.count)
  }

  @Test("The four forms of a target")
  func targetForms() throws {
    let absolute = try read(request(start: "GET HTTP://A/x?y=/? HTTP/1.1"))
    #expect(absolute.path == "/x")
    #expect(absolute.query == "y=/?")
    #expect(absolute.authority == "A")
    let bare = try read(request(start: "GET https://a?q HTTP/1.1"))
    #expect(bare.path == "")
    #expect(bare.query == "q")
    let asterisk = try read(request(start: "OPTIONS * HTTP/1.1"))
    #expect(asterisk.path == "")
    let tunnel = try read(request(start: "CONNECT a:443 HTTP/1.1", host: "a:443"))
    #expect(tunnel.method == .connect)
    #expect(tunnel.authority == "a:443")
    let origin = try read(request(start: "GET //a/../b?? HTTP/1.1"))
    #expect(origin.path == "//a/../b")
    #expect(origin.query == "?")
    let old = try read(request(start: "GET http://b/ HTTP/1.0", host: nil))
    #expect(old.authority == "b")
  }

  @Test("A target of 8192 bytes and 100 fields are read")
  func atTheLimits() throws {
    let target = "/" + String(repeating: "a", count: 8191)
    #expect(parse(request(start: "GET \(target) HTTP/1.1")).reading?.target == target)
    let fields = String(repeating: "a:\r\n", count: 99)
    let full = bytes("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
    #expect(parse(full).reading?.fields.count == 100)
  }

  @Test(
    "Hosts",
    arguments: [
      "a", "A.example.COM", "a:", "a:0", "a:65535", "127.0.0.1:80", "a_b", "[::]", "[::1]:443",
      "[1:2:3:4:5:6:7:8]", "[1::8]", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", "[fe80::AB:1]",
      "[1::]", "[1:2:3:4:5:6:7::]",
    ])
  func hosts(_ host: String) throws {
    #expect(try read(request(host: host)).authority == host)
  }

  @Test("Values keep tabs, quotes and bytes over 127; OWS at the ends goes")
  func values() throws {
    let reading = try read(request("X: \t a\tb \"c\" \u{E9} \t"))
    #expect(reading.fields.last == "other X=a\tb \"c\" \u{E9}")
  }

  @Test("Nothing told, zero told, and chunked are three things")
  func framing() throws {
    #expect(try read(request(start: "PUT / HTTP/1.1")).framing == .none)
    #expect(try read(request("Content-Length: 0")).framing == .length(0))
    #expect(try read(request("content-LENGTH:  7 ")).framing == .length(7))
    #expect(
      try read(request("Content-Length: 9223372036854775807")).framing == .length(Int.max))
    #expect(try read(request("Transfer-Encoding: chunked")).framing == .chunked)
    #expect(try read(request("transfer-encoding:\tCHUNKED ")).framing == .chunked)
    #expect(
      try read(request("Content-Length: 5", "Connection: keep-alive", start: "PUT / HTTP/1.0"))
        .framing == .length(5))
  }

  @Test(
    "RFC 9112, 9.3: persistence",
    arguments: [
      ("HTTP/1.1", [], Persistence.keepAlive), ("HTTP/1.0", [], .close),
      ("HTTP/1.1", ["Connection: close"], .close), ("HTTP/1.1", ["Connection: Close"], .close),
      ("HTTP/1.0", ["Connection: Keep-Alive"], .keepAlive),
      ("HTTP/1.1", ["Connection: upgrade, , close"], .close),
      ("HTTP/1.1", ["Connection: TE", "Connection: close"], .close),
      ("HTTP/1.0", ["Connection: keep-alive, close"], .close),
      ("HTTP/1.0", ["Connection: close", "Connection: keep-alive"], .close),
      ("HTTP/1.1", ["Connection: closed"], .keepAlive), ("HTTP/1.1", ["Connection:"], .keepAlive),
      ("HTTP/1.0", ["Keep-Alive: 5"], .close),
    ])
  func persistence(_ version: String, _ lines: [String], _ expected: Persistence) throws {
    let text = "GET / \(version)\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    #expect(try read(bytes(text)).persistence == expected)
  }

  @Test("RFC 9110, 10.1.1: 100-continue, where there is a body to wait for")
  func expectation() throws {
    #expect(try read(request("Expect: 100-Continue", "Content-Length: 1")).expectsContinue)
    #expect(try read(request("Expect: 100-continue", "Transfer-Encoding: chunked")).expectsContinue)
    #expect(try !read(request("Expect: 100-continue", "Content-Length: 0")).expectsContinue)
    #expect(try !read(request("Expect: 100-continue")).expectsContinue)
    let old = request("Expect: 100-continue", "Content-Length: 1", start: "PUT / HTTP/1.0")
    #expect(try !read(old).expectsContinue)
  }

  @Test("Upgrade, TE and Trailer are read and change nothing")
  func ignored() throws {
    let reading = try read(
      request("Connection: upgrade, HTTP2-Settings", "Upgrade: h2c", "TE: trailers", "Trailer: X"))
    #expect(reading.framing == .none)
    #expect(reading.persistence == .keepAlive)
  }

  @Test("The same head is read again until reset; then the next request is")
  func readAgain() {
    let first = request(start: "GET /first HTTP/1.1")
    let second = request("X-Y: 1", start: "DELETE /second HTTP/1.1")
    var parser = RequestParser()
    var head = RequestHead()
    #expect(unsafe parser.parse(first.span.bytes, into: &head) == .head)
    let both = first + second
    #expect(unsafe parser.parse(both.span.bytes, into: &head) == .head)
    #expect(Reading(head, both).path == "/first")
    parser.reset()
    #expect(unsafe parser.parse(second.span.bytes, into: &head) == .head)
    #expect(Reading(head, second).path == "/second")
    #expect(head.method == .delete)
  }

  @Test("Two connections whose requests arrive in turns share one head")
  func sharedHead() {
    let put = request("Content-Length: 1", start: "PUT /put HTTP/1.1")
    let delete = request(start: "DELETE /delete?x HTTP/1.0")
    for cut in 1..<delete.count {
      var one = RequestParser()
      var other = RequestParser()
      var head = RequestHead()
      let part = Array(put[..<min(cut, put.count - 1)])
      #expect(unsafe one.parse(part.span.bytes, into: &head) == .needMore)
      let otherPart = Array(delete[..<cut])
      #expect(unsafe other.parse(otherPart.span.bytes, into: &head) == .needMore)
      #expect(unsafe one.parse(put.span.bytes, into: &head) == .head)
      #expect(.head(Reading(head, put)) == parse(put))
      #expect(unsafe other.parse(delete.span.bytes, into: &head) == .head)
      #expect(.head(Reading(head, delete)) == parse(delete))
    }
  }

  @Test("A refusal stays one")
  func refusalStays() {
    var parser = RequestParser()
    var head = RequestHead()
    let bad = bytes("GET / HTTP/3.0\r\n")
    #expect(unsafe parser.parse(bad.span.bytes, into: &head) == .refused(.unsupportedVersion))
    let more = bad + bytes("Host: a\r\n\r\n")
    #expect(unsafe parser.parse(more.span.bytes, into: &head) == .refused(.unsupportedVersion))
  }

  @Test("An incomplete head asks for more", arguments: ["", "\r", "\r\n", "GET / HTTP/1.1\r\n\r"])
  func needMore(_ text: String) {
    let (result, difference) = parseEveryWay(bytes(text))
    #expect(result == .needMore)
    #expect(difference == nil)
  }
}
