// Outcomes into answers, whole bytes. The date is that of RFC 9110's examples.

import API
import HTTP
import Primitives
import Sessions
import Testing

@Suite struct EncoderTests {
  private static let time = UnixTime(milliseconds: 784_111_777_000)
  private static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
  private static let version = SessionVersion(bits: 0x0123_4567_89ab_cdef)
  private static let tag = "ETag: \"0123456789abcdef\"\r\n"

  private func exchange(
    _ method: HTTP.Method, _ route: Route = .session, version: Version = .http11,
    persistence: Persistence = .keepAlive
  ) -> Exchange {
    var exchange = Exchange()
    exchange.method = method
    exchange.route = route
    exchange.version = version
    exchange.persistence = persistence
    return exchange
  }

  private func encode(
    _ outcome: Outcome, _ exchange: Exchange, id: String = "abc", reply text: String = "",
    headroom: Int = 512, validators: EntityTags = EntityTags()
  ) -> (status: Int, bytes: String) {
    var encoder = ResponseEncoder(Self.time)
    var reply = ByteBuffer()
    reply.clear(headroom: headroom)
    reply.append(text: text)
    let response = encoder.encode(
      outcome, exchange, of: sessionID(id), known: validators, into: &reply)
    return (response.status, APITests.text(of: reply))
  }

  /// A reply as a store leaves it: other bytes, a content type, a payload at the end.
  private func found(_ type: String, _ payload: String) -> (Outcome, reply: String) {
    let front = "record"
    let start = front.utf8.count
    let facts = SessionFacts(
      version: Self.version, expiresIn: 1_199,
      contentType: ByteRange(start, start + type.utf8.count), payloadLength: payload.utf8.count,
      payload: ByteRange(
        start + type.utf8.count, start + type.utf8.count + payload.utf8.count))
    return (.found(facts), front + type + payload)
  }

  @Test func aSession() {
    let (outcome, reply) = found("text/plain; x=y", "payload")
    let answer = encode(outcome, exchange(.get), reply: reply)
    #expect(answer.status == 200)
    #expect(
      answer.bytes == "HTTP/1.1 200 OK\r\n\(Self.date)Cache-Control: no-store\r\n\(Self.tag)"
        + "Session-Expires-In: 1199\r\nContent-Type: text/plain; x=y\r\nContent-Length: 7\r\n\r\n"
        + "payload")
  }

  @Test func aSessionWithoutATypeAndOneWithoutAPayload() {
    let (outcome, reply) = found("", "")
    let answer = encode(outcome, exchange(.get), reply: reply)
    #expect(
      answer.bytes == "HTTP/1.1 200 OK\r\n\(Self.date)Cache-Control: no-store\r\n\(Self.tag)"
        + "Session-Expires-In: 1199\r\nContent-Type: application/octet-stream\r\n"
        + "Content-Length: 0\r\n\r\n")
  }

  @Test func aHeadTellsTheLengthOnly() {
    var facts = SessionFacts(
      version: Self.version, expiresIn: 5, contentType: .empty, payloadLength: 20_480,
      payload: .empty)
    facts.payload = .empty
    let answer = encode(.found(facts), exchange(.head))
    #expect(
      answer.bytes == "HTTP/1.1 200 OK\r\n\(Self.date)Cache-Control: no-store\r\n\(Self.tag)"
        + "Session-Expires-In: 5\r\nContent-Type: application/octet-stream\r\n"
        + "Content-Length: 20480\r\n\r\n")
  }

  @Test func aKnownVersionIsNotSentAgain() {
    let (outcome, reply) = found("a/b", "payload")
    var known = exchange(.get)
    known.hasValidators = true
    let tags =
      decode("GET /v1/sessions/a", "If-None-Match: \"0123456789abcdef\"").wish!.ifNoneMatch
    let answer = encode(outcome, known, reply: reply, validators: tags)
    #expect(answer.status == 304)
    // The validators of an exchange before this one are not its own.
    #expect(encode(outcome, exchange(.get), reply: reply, validators: tags).status == 200)
    #expect(
      answer.bytes == "HTTP/1.1 304 Not Modified\r\n\(Self.date)Cache-Control: no-store\r\n"
        + "\(Self.tag)Session-Expires-In: 1199\r\n\r\n")
  }

  @Test func writes() {
    #expect(
      encode(.created(Self.version), exchange(.put), id: "a:b@c").bytes
        == "HTTP/1.1 201 Created\r\n\(Self.date)Location: /v1/sessions/a:b@c\r\n\(Self.tag)"
        + "Content-Length: 0\r\n\r\n")
    #expect(
      encode(.replaced(Self.version), exchange(.put)).bytes
        == "HTTP/1.1 204 No Content\r\n\(Self.date)\(Self.tag)\r\n")
    #expect(
      encode(.created(Self.version), exchange(.post, .sessions), id: "new").bytes
        == "HTTP/1.1 201 Created\r\n\(Self.date)Location: /v1/sessions/new\r\n\(Self.tag)"
        + "Content-Type: application/json\r\nCache-Control: no-store\r\n"
        + "Content-Length: 12\r\n\r\n{\"id\":\"new\"}")
    for outcome in [Outcome.touched, .deleted] {
      #expect(
        encode(outcome, exchange(.post, .touch)).bytes
          == "HTTP/1.1 204 No Content\r\n\(Self.date)\r\n")
    }
  }

  @Test func theLongestIDAndTypeFitTheHeadroom() {
    let longest = String(repeating: "a", count: 255)
    let (outcome, reply) = found(longest, "payload")
    // A store that leaves too little room would be stopped by a precondition.
    let answer = encode(outcome, exchange(.get), reply: reply)
    #expect(answer.bytes.hasSuffix("Content-Type: \(longest)\r\nContent-Length: 7\r\n\r\npayload"))
    let id = String(repeating: "a", count: 256)
    #expect(
      encode(.created(Self.version), exchange(.put), id: id).bytes.contains(
        "Location: /v1/sessions/\(id)\r\n"))
  }

  @Test func aStoredTypeCannotSplitTheAnswer() {
    let (outcome, reply) = found("a\r\nX: y", "payload")
    let answer = encode(outcome, exchange(.get), reply: reply)
    #expect(answer.bytes.contains("\r\nContent-Type: a  X: y\r\n"))
  }

  @Test func missesAndFaults() {
    #expect(encode(.missing, exchange(.get)).status == 404)
    #expect(encode(.conditionFailed(present: nil), exchange(.put)).status == 412)
    #expect(encode(.fault(.outcomeUnknown), exchange(.put)).status == 504)
    let miss = encode(.missing, exchange(.head)).bytes
    #expect(miss.hasPrefix("HTTP/1.1 404 Not Found\r\n") && miss.hasSuffix("\r\n\r\n"))
  }

  @Test func connections() {
    let old = encode(.deleted, exchange(.delete, version: .http10))
    #expect(old.bytes.contains("\r\nConnection: keep-alive\r\n"))
    let last = encode(.deleted, exchange(.delete, persistence: .close))
    #expect(last.bytes.contains("\r\nConnection: close\r\n"))
    let usual = encode(.deleted, exchange(.delete))
    #expect(!usual.bytes.contains("Connection"))
  }

  @Test func pages() {
    var encoder = ResponseEncoder(Self.time)
    encoder.set(UnixTime(milliseconds: 784_111_778_000))
    var reply = ByteBuffer()
    let page = Page(status: 503, type: "text/plain", text: "failing\n")
    #expect(encoder.encode(page, exchange(.get, .health), into: &reply).status == 503)
    #expect(
      text(of: reply) == "HTTP/1.1 503 Service Unavailable\r\n"
        + "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
        + "Cache-Control: no-store\r\nContent-Length: 8\r\n\r\nfailing\n")
    #expect(encoder.encode(page, exchange(.head, .health), into: &reply).status == 503)
    #expect(text(of: reply).hasSuffix("Content-Length: 8\r\n\r\n"))
  }
}
