// The path of a request through the worker and back: bytes, head, command, outcome, answer.

import API
import HTTP
import Primitives
import Reactor
import Server
import Sessions

extension Worker where Store: ~Copyable {
  // MARK: Heads

  /// A head is complete: refuses the request, waits for its body, or carries it out.
  mutating func takeHead(_ client: Ticket, _ bytes: borrowing ByteBuffer) {
    clients.admit(client)
    let problem = decoder.decode(
      server.head, bytes.bytes, at: moment.instant, for: callers, into: &request)
    clients[client].exchange = request.exchange
    if request.exchange.hasValidators { clients[client].ifNoneMatch = request.ifNoneMatch }
    beginExchange(client)
    correlate(client, bytes.bytes)
    if isMisplaced(client, request.exchange.route) { return refuse(client, .noSuchPath) }
    if let problem { return refuse(client, problem) }
    let limit = request.exchange.limit
    if let payload = server.takeBody(by: limit, atMost: decoder.largestBody(request)) {
      perform(client, bytes, payload)
    }
  }

  /// Whether the route is not served at the door that the client used.
  private func isMisplaced(_ client: Ticket, _ route: Route) -> Bool {
    hasOperatorsDoor && (server.door(of: client) == .operators) != route.isOperators
  }

  /// Answers a problem that the head alone shows. If the body has not fully arrived, it is not
  /// waited for: the connection ends instead.
  private mutating func refuse(_ client: Ticket, _ problem: Problem) {
    server.skipBody()
    answer(client, problem)
  }

  /// The body has arrived after the head, which is decoded again.
  mutating func takeRequest(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ payload: ByteRange
  ) {
    let began = clients[client].exchange.began
    let problem = decoder.decode(
      server.head, bytes.bytes, at: began, for: callers, into: &request)
    if let problem { return answer(client, problem) }
    // Tokens may have been reloaded since the head came.
    clients[client].exchange.namespace = request.exchange.namespace
    if !request.exchange.route.isOperators, request.command.deadline <= moment.instant {
      server.countLateBody()
      return refuseLate(client)
    }
    perform(client, bytes, payload)
  }

  /// The request took all the time there was, so the store is not asked: the caller may have
  /// stopped waiting, or it sends too slowly for the gateway.
  mutating func refuseLate(_ client: Ticket) {
    let isCallers = clients[client].exchange.limit <= moment.instant
    answer(client, isCallers ? .store(.deadlinePassed) : .requestTimeout)
  }

  // MARK: Carrying out

  /// Carries out a complete request.
  ///
  /// - Parameter payload: the range of its body.
  private mutating func perform(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ payload: ByteRange
  ) {
    switch request.exchange.route {
    case .session, .sessions, .touch, .lock: submit(client, bytes, payload)
    case .touches: submitBatch(client, bytes, payload)
    case .livez, .readyz, .health, .metrics, .contract, .version: answerPage(client)
    case .unknown: answer(client, .noSuchPath)
    }
  }

  private mutating func submit(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ payload: ByteRange
  ) {
    request.command.payload = payload
    switch request.command.verb {
    case .put: prepareWrite()
    case .lock:
      // A client that is gone would hold it for a whole lease.
      if server.isHalfClosed(client) { return server.drop(client) }
      prepareLock(bytes)
      guard wantLock(client) else { return }
    default: break
    }
    if request.command.verb.changes {
      clients[client].id = request.command.id
      clients[client].releasesLock = request.releasesLock
    }
    let submission = backend.submit(
      request.command, request: bytes.bytes, ticket: client, at: moment, reply: &reply)
    follow(submission, of: client, until: request.command.deadline)
  }

  /// Answers a command that is done, or waits for its end.
  mutating func follow(_ submission: Submission, of client: Ticket, until deadline: Instant) {
    switch submission {
    case .done(let outcome): conclude(client, outcome)
    case .pending(let operation):
      clients[client].operation = operation
      server.wait(client, until: deadline)
    }
  }

  /// Answers with the outcome of a command, unless it means that the client waits on for its lock.
  @inline(__always)
  private mutating func conclude(_ client: Ticket, _ outcome: Outcome) {
    if !wantedLocks.isEmpty, keepWaiting(client, after: outcome) { return }
    answer(client, outcome)
  }

  /// A write gets its version here, and a new session its id: the randomness belongs to the worker.
  private mutating func prepareWrite() {
    request.command.version = .random(&entropy)
    if request.exchange.route == .sessions { request.command.id = .random(&entropy) }
  }

  /// A lock gets its token here. The request id that the caller chose is hashed; stores keep only
  /// the digest.
  private mutating func prepareLock(_ bytes: borrowing ByteBuffer) {
    request.command.freshLock = .random(&entropy)
    request.command.lockRequest = .none
    guard !request.lockRequest.isEmpty else { return }
    let digest = SHA256.digest(of: bytes.bytes.extracting(request.lockRequest.indices))
    request.command.lockRequest = LockRequest(sha256: digest)
  }

  private mutating func submitBatch(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ payload: ByteRange
  ) {
    guard var batch = TouchBatch(json: bytes.bytes.extracting(payload.indices)) else {
      return answer(client, .malformedJSON)
    }
    for place in 0..<batch.count {
      guard let id = batch.id(at: place) else { return answer(client, .malformedID) }
      request.command.id = id
    }
    for place in 0..<batch.count { submitTouch(client, &batch, at: place) }
    if batch.pending == 0 { return answer(client, batch) }
    clients[client].batch = batch
    server.wait(client, until: request.command.deadline)
  }

  private mutating func submitTouch(_ client: Ticket, _ batch: inout TouchBatch, at place: Int) {
    request.command.id = batch.id(at: place)!
    request.command.tag = UInt32(place)
    let submission = backend.submit(
      request.command, request: RawSpan(), ticket: client, at: moment, reply: &reply)
    switch submission {
    case .done(let outcome): batch.take(outcome, at: place)
    case .pending(let operation): batch.operations[place] = operation
    }
  }

  // MARK: Answers

  /// A pending command ended. Its client may be gone, or may wait for more.
  mutating func take(_ completion: Completion) {
    let client = completion.ticket
    guard server.isWaiting(client) else { return }
    if clients[client].batch != nil {
      clients[client].batch!.take(completion.outcome, at: Int(completion.tag))
      guard clients[client].batch!.pending == 0 else { return }
      answer(client, clients[client].batch!)
    } else {
      conclude(client, completion.outcome)
    }
  }

  /// The deadline passed while the store had the command.
  mutating func answerLate(_ client: Ticket) {
    let fault = abandon(client)
    if !wantedLocks.isEmpty { forgetLock(client, givingBack: true) }
    answer(client, .store(fault))
  }

  /// Abandons what a client waits for, and returns what is known of it.
  @discardableResult
  mutating func abandon(_ client: Ticket) -> StoreFault {
    guard let batch = clients[client].batch else {
      return backend.abandon(operation: clients[client].operation)
    }
    var fault = batch.hasTouched ? StoreFault.outcomeUnknown : batch.fault ?? .deadlinePassed
    for case let operation? in batch.operations
    where backend.abandon(operation: operation) == .outcomeUnknown {
      fault = .outcomeUnknown
    }
    return fault
  }

  mutating func answer(_ client: Ticket, _ outcome: Outcome) {
    noteRelease(client, outcome)
    count(client, outcome)
    prepareAnswer(client)
    let response = encoder.encode(
      outcome, clients[client].exchange, of: clients[client].id,
      known: clients[client].ifNoneMatch, into: &reply)
    finish(client, response)
  }

  mutating func answer(_ client: Ticket, _ problem: Problem) {
    prepareAnswer(client)
    if let bound = WorkerBoard.Bound(problem) { board.count(bound) }
    if problem.closesConnection { clients[client].exchange.persistence = .close }
    let response = encoder.encode(problem, clients[client].exchange, into: &reply)
    finish(client, response)
  }

  private mutating func answer(_ client: Ticket, _ batch: TouchBatch) {
    prepareAnswer(client)
    let response = encoder.encode(batch, clients[client].exchange, into: &reply)
    finish(client, response)
  }

  private mutating func answerPage(_ client: Ticket) {
    let route = clients[client].exchange.route
    if let problem = obstacle(to: route) { return answer(client, problem) }
    let page = page(for: route)
    prepareAnswer(client)
    let response = encoder.encode(page, clients[client].exchange, into: &reply)
    finish(client, response)
  }

  private mutating func prepareAnswer(_ client: Ticket) {
    carryCorrelation(client)
    if isDraining || server.isEnding(client) {
      clients[client].exchange.persistence = .close
    }
  }

  private mutating func finish(_ client: Ticket, _ response: EncodedResponse) {
    // The clock is read again: by the tick's time, an answer made in the tick of its request would
    // have taken no time at all.
    let took = Instant.now() - clients[client].exchange.began
    endExchange(client)
    board.count(
      clients[client].exchange.route, clients[client].exchange.method, status: response.status,
      took: took)
    if let problem = response.problem { board.count(problem.kind) }
    tellAccess(client, response, took: took)
    let closes = clients[client].exchange.persistence == .close
    let hasLeft = server.send(&reply, to: client, closes: closes)
    if hasLeft, !wantedLocks.isEmpty { forgetLock(client, givingBack: false) }
  }
}
