// An outcome in, the bytes of the response out: one contiguous piece in the reply's own buffer, so
// that it leaves in one write. A found session's payload is already there, after the headroom into
// which the head is put.

import HTTP
public import Primitives
public import Sessions

/// Writes responses. One per worker.
public struct ResponseEncoder: ~Copyable {
  private var writer = ResponseWriter()
  private var body = ByteBuffer()
  private var date: DateClock
  /// The request's names in other logs, for the next response only.
  public var correlation = Correlation()

  /// An encoder whose `Date` starts at `time`.
  public init(_ time: UnixTime) { date = DateClock(time) }

  /// Sets the time that `Date` shows.
  public mutating func set(_ time: UnixTime) { date.set(time) }

  /// Makes `reply` the response to an exchange whose command ended with `outcome`.
  ///
  /// - Parameters:
  ///   - id: the session that a write created.
  ///   - known: the versions that need not be sent again, if the exchange has validators.
  ///   - reply: holds a found session's bytes, as the store left them.
  public mutating func encode(
    _ outcome: Outcome, _ exchange: Exchange, of id: borrowing SessionID,
    known: borrowing EntityTags, into reply: inout ByteBuffer
  ) -> EncodedResponse {
    switch outcome {
    case .found(let facts): found(facts, nil, exchange, known, &reply)
    case .locked(let facts, let grant): found(facts, grant, exchange, known, &reply)
    case .created(let version): created(version, id, exchange, &reply)
    case .replaced(let version): noContent(exchange, &reply, version: version)
    case .touched, .deleted, .renewed, .unlocked: noContent(exchange, &reply, version: nil)
    case .missing: encode(Problem.noSuchSession, exchange, into: &reply)
    case .conditionFailed(let present):
      encode(Problem.conditionFailed(present: present), exchange, into: &reply)
    case .lockHeld(let age, let retryAfter):
      encode(Problem.lockHeld(age: age, retryAfter: retryAfter), exchange, into: &reply)
    case .lockLost: encode(Problem.lockLost, exchange, into: &reply)
    case .fault(let fault): encode(.store(fault), exchange, into: &reply)
    }
  }

  private mutating func found(
    _ facts: SessionFacts, _ grant: LockGrant?, _ exchange: Exchange,
    _ known: borrowing EntityTags, _ reply: inout ByteBuffer
  ) -> EncodedResponse {
    let isKnown = exchange.hasValidators ? known.match(facts.version) : false
    let status = isKnown ? 304 : 200
    begin(status, exchange)
    writer.field("Cache-Control", "no-store")
    writer.field("ETag", quotedHexadecimal: facts.version.bits)
    writer.field("Session-Expires-In", decimal: facts.expiresIn)
    if let grant { Self.lockFields(grant, &writer, &body) }
    if !isKnown {
      if facts.contentType.isEmpty {
        writer.field("Content-Type", "application/octet-stream")
      } else {
        writer.field("Content-Type", reply.bytes.extracting(facts.contentType.indices))
      }
    }
    writer.end(length: isKnown ? 0 : facts.payloadLength)
    if isKnown || exchange.isHead {
      reply.clear()
      reply.append(writer.bytes)
    } else {
      reply.convertToHeadroom(Int(facts.payload.lower))
      reply.prepend(writer.bytes)
    }
    return EncodedResponse(status)
  }

  private static func lockFields(
    _ grant: LockGrant, _ writer: inout ResponseWriter, _ token: inout ByteBuffer
  ) {
    token.clear()
    token.append(hexadecimal: grant.token.high)
    token.append(hexadecimal: grant.token.low)
    writer.field("Session-Lock", token.bytes)
    writer.field("Session-Lock-Expires-In", decimal: Int(grant.expiresIn))
  }

  private mutating func created(
    _ version: SessionVersion, _ id: borrowing SessionID, _ exchange: Exchange,
    _ reply: inout ByteBuffer
  ) -> EncodedResponse {
    begin(201, exchange)
    Self.location(id, &writer, &body)
    writer.field("ETag", quotedHexadecimal: version.bits)
    body.clear()
    if exchange.route == .sessions {
      writer.field("Content-Type", "application/json")
      writer.field("Cache-Control", "no-store")
      body.append("{\"id\":\"")
      body.append(id.bytes)
      body.append("\"}")
    }
    finish(exchange, &reply)
    return EncodedResponse(201)
  }

  /// Writes `Location`. Ids hold only bytes that need no encoding in a path.
  private static func location(
    _ id: borrowing SessionID, _ writer: inout ResponseWriter, _ path: inout ByteBuffer
  ) {
    path.clear()
    path.append(Route.ofSession)
    path.append(id.bytes)
    writer.field("Location", path.bytes)
  }

  private mutating func noContent(
    _ exchange: Exchange, _ reply: inout ByteBuffer, version: SessionVersion?
  ) -> EncodedResponse {
    begin(204, exchange)
    if let version { writer.field("ETag", quotedHexadecimal: version.bits) }
    body.clear()
    finish(exchange, &reply)
    return EncodedResponse(204)
  }

  /// Makes `reply` the response that reports a problem (RFC 9457).
  public mutating func encode(
    _ problem: Problem, _ exchange: Exchange, into reply: inout ByteBuffer
  ) -> EncodedResponse {
    begin(problem.status, exchange)
    if case .methodNotAllowed(let route) = problem { writer.field("Allow", route.allow) }
    if let challenge = problem.challenge { writer.field("WWW-Authenticate", challenge) }
    if let accepted = problem.accepts { writer.field(accepted.name, accepted.value) }
    switch problem {
    case .conditionFailed(let present?): writer.field("ETag", quotedHexadecimal: present.bits)
    case .lockHeld(let age, _): writer.field("Session-Lock-Age", decimal: Int(age))
    default: break
    }
    if let seconds = problem.retryAfter { writer.field("Retry-After", decimal: seconds) }
    writer.field("Content-Type", "application/problem+json")
    writer.field("Cache-Control", "no-store")
    body.clear()
    body.append("{\"type\":\"urn:session-gateway:problem:")
    body.append(problem.code)
    body.append("\",\"title\":\"")
    body.append(problem.title)
    body.append("\",\"status\":")
    body.append(decimal: problem.status)
    body.append(",\"detail\":\"")
    body.append(problem.detail)
    body.append("\",\"code\":\"")
    body.append(problem.code)
    if let executed = problem.executed {
      body.append("\",\"executed\":\"")
      body.append(executed)
    }
    body.append("\"}")
    finish(exchange, &reply)
    return EncodedResponse(problem)
  }

  /// Makes `reply` the response to a batch of touches, all of which are done.
  public mutating func encode(
    _ batch: borrowing TouchBatch, _ exchange: Exchange, into reply: inout ByteBuffer
  ) -> EncodedResponse {
    if let fault = batch.fault { return encode(.store(fault), exchange, into: &reply) }
    begin(200, exchange)
    writer.field("Content-Type", "application/json")
    writer.field("Cache-Control", "no-store")
    body.clear()
    batch.appendAnswer(to: &body)
    finish(exchange, &reply)
    return EncodedResponse(200)
  }

  /// Makes `reply` the response that carries a page for operators.
  public mutating func encode(
    _ page: borrowing Page, _ exchange: Exchange, into reply: inout ByteBuffer
  ) -> EncodedResponse {
    begin(page.status, exchange)
    if page.status == 503 { writer.field("Retry-After", decimal: 1) }
    writer.field("Content-Type", page.type)
    writer.field("Cache-Control", "no-store")
    body.clear()
    body.append(page.content.bytes)
    finish(exchange, &reply)
    return EncodedResponse(page.status)
  }

  private mutating func begin(_ status: Int, _ exchange: Exchange) {
    writer.begin(
      status: status, version: exchange.version, persistence: exchange.persistence, date: date)
    if correlation.isPresent { correlate() }
  }

  private mutating func correlate() {
    if correlation.hasID { writer.field("X-Request-Id", correlation.id) }
    if correlation.isTraced { writer.field("traceparent", correlation.trace) }
    correlation.clear()
  }

  /// Ends the head and appends the body to it.
  private mutating func finish(_ exchange: Exchange, _ reply: inout ByteBuffer) {
    writer.end(length: body.count)
    reply.clear()
    reply.append(writer.bytes)
    if !exchange.isHead { reply.append(body.bytes) }
  }
}
