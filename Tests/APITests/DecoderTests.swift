// Requests into commands: one case for each kind, and one for each way to get it wrong.

import API
import HTTP
import Primitives
import Sessions
import Testing

@Suite struct DecoderTests {
  private static let session = "/v1/sessions/abc"

  @Test func reads() {
    #expect(decode("GET \(Self.session)") == .wish(Wish(.session, .get, id: "abc")))
    #expect(
      decode("GET \(Self.session)?touch=true") == .wish(Wish(.session, .get, id: "abc")))
    #expect(
      decode("GET \(Self.session)?touch=false") == .wish(Wish(.session, .peek, id: "abc")))
    for query in ["", "?touch=false", "?touch=true"] {
      #expect(
        decode("HEAD \(Self.session)\(query)") == .wish(Wish(.session, .inspect, id: "abc")))
    }
  }

  @Test func writes() {
    let length = "Content-Length: 5"
    #expect(decode("PUT \(Self.session)", length) == .wish(Wish(.session, .put, id: "abc")))
    #expect(
      decode("PUT \(Self.session)", "Transfer-Encoding: chunked")
        == .wish(Wish(.session, .put, id: "abc")))
    #expect(
      decode(
        "PUT \(Self.session)", length, "Content-Type: a/b; c=\"d\"", "Session-Idle-Timeout: 60",
        "If-None-Match: *", "Session-Deadline: 3")
        == .wish(
          Wish(
            .session, .put, condition: .absent, id: "abc", ownIdleTimeout: 60,
            contentType: "a/b; c=\"d\"", deadline: 3)))
    #expect(
      decode("PUT \(Self.session)", length, "If-Match: *")
        == .wish(Wish(.session, .put, condition: .exists, id: "abc")))
    #expect(
      decode("POST /v1/sessions", length) == .wish(Wish(.sessions, .put, condition: .absent)))
  }

  @Test func changes() {
    #expect(decode("DELETE \(Self.session)") == .wish(Wish(.session, .delete, id: "abc")))
    #expect(
      decode("DELETE \(Self.session)", "If-Match: *")
        == .wish(Wish(.session, .delete, condition: .exists, id: "abc")))
    #expect(
      decode("POST \(Self.session)/touch") == .wish(Wish(.touch, .touch, id: "abc")))
    #expect(
      decode("POST \(Self.session)/touch", "Content-Length: 0", "If-Match: *")
        == .wish(Wish(.touch, .touch, condition: .exists, id: "abc")))
    #expect(
      decode("POST /v1/touches", "Content-Length: 10", "Content-Type: application/json")
        == .wish(Wish(.touches, .touch)))
  }

  @Test func whatIsNotSentAgainIsNotSlidEither() {
    let seen = decode("GET \(Self.session)?touch=false", "If-None-Match: *").wish
    #expect(seen?.verb == .peek && seen?.ifNoneMatch.matchesAny == true)
  }

  @Test func aBatchHasABoundOfItsOwn() {
    func problem(_ length: Int) -> Problem? {
      decode(
        "POST /v1/touches", "Content-Type: application/json", "Content-Length: \(length)",
        largestBody: 1 << 20
      ).problem
    }
    #expect(problem(512 << 10) == nil && problem(512 << 10 + 1) == .bodyTooLarge)
  }

  @Test func nothingOfTheLastRequestStays() {
    let decoder = RequestDecoder(
      policy: RequestPolicy(
        largestBody: 1_000, deadline: .seconds(10), namespaces: NamespaceList([standard])))
    var request = DecodedRequest()
    func decode(_ text: String) -> Problem? {
      var parser = RequestParser()
      var head = RequestHead()
      let bytes = Array(text.utf8)
      guard unsafe parser.parse(bytes.span.bytes, into: &head) == .head else {
        return .malformedJSON
      }
      return unsafe decoder.decode(
        head, bytes.span.bytes, at: arrival, for: .anonymous, into: &request)
    }
    let first = """
      PUT /v1/sessions/first HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Type: a/b\r
      Session-Idle-Timeout: 7\r\nSession-Absolute-Timeout: 50\r\nIf-Match: *\r\nSession-Deadline: 1\r
      Session-Lock: 0123456789abcdef00000000000000ff\r\n\r\n
      """
    #expect(decode(first.replacing("first HTTP", with: "first?unlock=true HTTP")) == nil)
    #expect(request.command.absoluteTimeout == 50 && request.command.ownIdleTimeout == 7)
    #expect(request.command.unlocks && !request.command.heldLock.isNone)
    #expect(
      decode(
        "GET /v1/sessions/second HTTP/1.1\r\nHost: a\r\n"
          + "If-None-Match: \"0000000000000001\"\r\n\r\n") == nil)
    #expect(request.exchange.hasValidators)
    #expect(request.ifNoneMatch.match(SessionVersion(bits: 1)))
    #expect(request.command.needsLatest)
    #expect(decode("DELETE /v1/sessions/x HTTP/1.0\r\n\r\n") == nil)
    #expect(request.command.condition == .none)
    #expect(request.command.ownIdleTimeout == 0 && request.command.absoluteTimeout == 0)
    #expect(!request.command.unlocks && request.command.heldLock.isNone)
    #expect(request.command.contentType.isEmpty)
    #expect(text(of: request.command.id) == "x")
    #expect((request.command.deadline - arrival).seconds == 10)
    #expect(!request.exchange.hasValidators)
    #expect(!request.command.needsLatest)
    #expect(request.exchange.version == .http10)
    #expect(request.exchange.persistence == .close)
    #expect(request.exchange.method == .delete)
  }

  @Test(arguments: [
    ("GET /nothing", [], Problem.noSuchPath),
    ("BREW /v1/sessions", [], .methodNotImplemented),
    ("BREW /nothing", [], .methodNotImplemented),
    ("PATCH /v1/sessions/a", [], .methodNotAllowed(.session)),
    ("POST /v1/sessions/a", [], .methodNotAllowed(.session)),
    ("GET /v1/sessions", [], .methodNotAllowed(.sessions)),
    ("PUT /v1/touches", [], .methodNotAllowed(.touches)),
    ("GET /v1/sessions/a/touch", [], .methodNotAllowed(.touch)),
    ("DELETE /livez", [], .methodNotAllowed(.livez)),
    ("OPTIONS *", [], .noSuchPath),
    ("GET /v1/sessions/", [], .malformedID),
    ("GET /v1/sessions/.", [], .malformedID),
    ("GET /v1/sessions/%2e%2e", [], .malformedID),
    ("GET /v1/sessions/a%20b", [], .malformedID),
    ("POST /v1/sessions/a%2Fb/touch", [], .malformedID),
    ("GET /v1/sessions/a?x=1", [], .malformedQuery),
    ("GET /v1/sessions/a?touch", [], .malformedQuery),
    ("GET /v1/sessions/a?touch=no", [], .malformedQuery),
    ("GET /v1/sessions/a?touch=false&touch=false", [], .malformedQuery),
    ("HEAD /v1/sessions/a?touch=0", [], .malformedQuery),
    ("HEAD /v1/sessions/a?lease=1", [], .malformedQuery),
    ("DELETE /v1/sessions/a?x", [], .malformedQuery),
    ("GET /v1/sessions/a", ["If-Match: *"], .conditionNotSupported),
    ("GET /v1/sessions/a", ["If-None-Match: x"], .malformedCondition),
    ("GET /v1/sessions/a", ["If-None-Match: *", "If-None-Match: *"], .malformedCondition),
    ("DELETE /v1/sessions/a", ["If-None-Match: *"], .conditionNotSupported),
    ("POST /v1/sessions/a/touch", ["If-None-Match: *"], .conditionNotSupported),
    ("GET /v1/sessions/a", ["Session-Deadline: 0"], .malformedDeadline),
    ("GET /v1/sessions/a", ["Session-Deadline: 1.5"], .malformedDeadline),
    ("GET /v1/sessions/a", ["Session-Deadline: 31536001"], .malformedDeadline),
    ("GET /v1/sessions/a", ["Session-Deadline: 1", "Session-Deadline: 1"], .malformedDeadline),
    ("PUT /v1/sessions/a", [], .lengthRequired),
    ("POST /v1/sessions", [], .lengthRequired),
    ("POST /v1/touches", ["Content-Type: application/json"], .lengthRequired),
    ("PUT /v1/sessions/a", ["Content-Length: 1001"], .bodyTooLarge),
    ("GET /v1/sessions/a", ["Content-Length: 1001"], .bodyTooLarge),
    ("GET /livez", ["Content-Length: 9000000000000000"], .bodyTooLarge),
    ("POST /v1/touches", ["Content-Length: 2"], .notJSON),
    ("POST /v1/touches", ["Content-Length: 2", "Content-Type: text/json"], .notJSON),
    (
      "POST /v1/touches?x=1", ["Content-Length: 2", "Content-Type: application/json"],
      .malformedQuery
    ),
  ]) func refusals(_ start: String, _ lines: [String], _ problem: Problem) {
    #expect(decode(start, lines) == .problem(problem))
  }

  @Test(arguments: [
    (["Content-Encoding: gzip"], Problem.contentEncodingNotSupported),
    (["Content-Range: bytes 0-1/2"], .contentRangeNotSupported),
    (["Content-Type: a/b", "Content-Type: a/b"], .malformedContentType),
    (["Content-Type: \(String(repeating: "a", count: 256))"], .malformedContentType),
    (["Content-Type: \u{e9}"], .malformedContentType),
    (["Session-Idle-Timeout: 0"], .malformedTimeout),
    (["Session-Idle-Timeout: 31536001"], .malformedTimeout),
    (["Session-Idle-Timeout: -1"], .malformedTimeout),
    (["Session-Idle-Timeout: 1s"], .malformedTimeout),
    (["Session-Idle-Timeout:"], .malformedTimeout),
    (["Session-Idle-Timeout: 99999999999999999999"], .malformedTimeout),
    (["Session-Idle-Timeout: 1", "Session-Idle-Timeout: 1"], .malformedTimeout),
    (["If-Match: *", "If-None-Match: *"], .malformedCondition),
    (["If-Match: *", "If-Match: *"], .malformedCondition),
    (["If-Match: abc"], .malformedCondition),
  ]) func refusedWrites(_ lines: [String], _ problem: Problem) {
    let all = ["Content-Length: 2"] + lines
    #expect(decode("PUT /v1/sessions/a", all) == .problem(problem))
  }

  @Test func boundsAreIncluded() {
    let longest = String(repeating: "a", count: 255)
    #expect(
      decode("PUT /v1/sessions/a", "Content-Length: 1000", "Content-Type: \(longest)").wish?
        .contentType == longest)
    for seconds in [1, 31_536_000] {
      #expect(
        decode("PUT /v1/sessions/a", "Content-Length: 0", "Session-Idle-Timeout: \(seconds)").wish?
          .ownIdleTimeout == seconds)
    }
  }

  @Test func aCallerMayShortenTheDeadlineOnly() {
    #expect(decode("GET /v1/sessions/a", "Session-Deadline: 9").wish?.deadline == 9)
    for longer in ["11", "31536000"] {
      #expect(decode("GET /v1/sessions/a", "Session-Deadline: \(longer)").wish?.deadline == 10)
    }
  }

  @Test(arguments: [
    "application/json", "Application/JSON", "application/json; charset=utf-8",
    "application/json ;x=y",
  ]) func whatCountsAsJSON(_ type: String) {
    #expect(
      decode("POST /v1/touches", "Content-Length: 2", "Content-Type: \(type)").wish?.verb == .touch)
  }

  @Test func operatorsPagesTakeAnything() {
    for path in ["/livez", "/readyz", "/health", "/metrics", "/openapi.yaml", "/version"] {
      #expect(decode("GET \(path)?x=1", "If-Match: x", "Session-Deadline: no").problem == nil)
      #expect(decode("HEAD \(path)").problem == nil)
    }
  }

  @Test func anExchangeWhoseHeadWasRefused() {
    let now = Instant(nanoseconds: 7)
    for (text, isHead) in [
      ("HEAD / HT", true), ("HEAD ", true), ("HEAD", false), ("HEADS /", false), ("", false),
      ("GET /", false), ("head / ", false), ("\r\nHEAD / HT", true), ("\r\n", false),
    ] {
      let bytes = Array(text.utf8)
      let exchange = unsafe Exchange(refused: bytes.span.bytes, at: now)
      #expect(exchange.isHead == isHead, "\(text)")
      #expect(exchange.persistence == .close && exchange.began == now)
    }
  }
}
