// The way of a request through the worker and back: bytes, head, command, outcome, answer.

import API
import HTTP
import Primitives
import Reactor
import Sessions

extension Worker where Store: ~Copyable {
  /// Takes requests out of what was read, as long as they are complete and answered at once.
  ///
  /// - Parameter bytes: the client's unanswered bytes, wherever they are.
  mutating func process(_ client: Ticket, _ bytes: inout ByteBuffer) {
    while clients.contains(client), !bytes.isEmpty, !clients[client].isPostponed {
      switch clients[client].phase {
      case .idle:
        if !mayServe(client) { return postpone(client) }
        readHead(client, &bytes)
      case .head: readHead(client, &bytes)
      case .body(let head, let end):
        if bytes.count < end { return }
        repeatHead(client, &bytes, body: end - head, end: end)
      case .chunks(let head): readChunks(client, &bytes, after: head)
      case .handshaking, .waiting, .writing, .lingering: return
      }
      if clients.contains(client), isIncomplete(client, bytes) { return }
    }
  }

  /// Whether the client's next request is served in this turn: one that pipelines must not keep the
  /// others waiting.
  private mutating func mayServe(_ client: Ticket) -> Bool {
    if clients[client].turn != turn {
      clients[client].turn = turn
      clients[client].served = 0
    }
    clients[client].served += 1
    return clients[client].served <= bounds.requestsPerTick
  }

  private mutating func postpone(_ client: Ticket) {
    clients[client].isPostponed = true
    let refused = postponed.append(client) != nil
    precondition(!refused, "a client is put off once in a tick, and there are no more clients")
  }

  /// Goes on with the clients whose requests were too many for one turn.
  mutating func resumePostponed() {
    for _ in 0..<postponed.count {
      guard let client = postponed.popFirst() else { return }
      guard clients.contains(client) else { continue }
      clients[client].isPostponed = false
      resume(client)
    }
  }

  /// Whether nothing more can be made of the bytes before others come.
  private func isIncomplete(_ client: Ticket, _ bytes: borrowing ByteBuffer) -> Bool {
    switch clients[client].phase {
    case .head, .chunks: true
    case .body(_, let end): bytes.count < end
    case .idle, .handshaking, .waiting, .writing, .lingering: false
    }
  }

  // MARK: Heads

  private mutating func readHead(_ client: Ticket, _ bytes: inout ByteBuffer) {
    switch clients[client].parser.parse(bytes.bytes, into: &head) {
    case .needMore:
      if clients[client].phase == .idle {
        clients[client].phase = .head
        timers.set(client.index, at: moment.instant + bounds.head)
      }
    case .refused(let refusal):
      clients[client].exchange = Exchange(refused: bytes.bytes, at: moment.instant)
      answer(client, .refusal(refusal))
    case .head: takeHead(client, &bytes)
    }
  }

  /// The head is complete: refuses the request, waits for its body, or carries it out.
  private mutating func takeHead(_ client: Ticket, _ bytes: inout ByteBuffer) {
    let problem = decoder.decode(
      head, bytes.bytes, at: moment.instant, for: callers, into: &request)
    clients[client].exchange = request.exchange
    beginExchange(client)
    correlate(client, bytes.bytes)
    if isMisplaced(client, request.exchange.route) { return refuse(client, .noSuchPath, &bytes) }
    if let problem { return refuse(client, problem, &bytes) }
    switch head.framing {
    case .none: perform(client, &bytes, body: 0, end: head.length)
    case .length(let length):
      let end = head.length + length
      if bytes.count >= end { return perform(client, &bytes, body: length, end: end) }
      awaitBody(client, .body(head: head.length, end: end))
    case .chunked:
      clients[client].chunks = ChunkedDecoder()
      awaitBody(client, .chunks(head: head.length))
      readChunks(client, &bytes, after: head.length)
    }
  }

  /// Whether the route is not served by the door that the client came by.
  private func isMisplaced(_ client: Ticket, _ route: Route) -> Bool {
    switch clients[client].purpose {
    case .everybody: false
    case .callers: route.isOperators
    case .operators: !route.isOperators
    }
  }

  private mutating func awaitBody(_ client: Ticket, _ phase: Client.Phase) {
    clients[client].phase = phase
    timers.set(client.index, at: moment.instant + bounds.body)
    guard head.expectsContinue, !clients[client].wasContinued else { return }
    clients[client].wasContinued = true
    // 25 bytes on a connection whose last answer has left: they fit, or the client is gone.
    var interim = ByteBuffer(capacity: 32)
    interim.append(ResponseWriter.continueResponse)
    _ = clients[client].transport.write(interim.bytes)
  }

  /// Answers a problem that the head alone shows. The body, if it has not come whole, is not waited
  /// for: the connection ends instead, since nobody knows where the next request begins.
  private mutating func refuse(
    _ client: Ticket, _ problem: Problem, _ bytes: inout ByteBuffer
  ) {
    switch head.framing {
    case .none: bytes.consume(head.length)
    // A refused length may be any number: the sum of the two could be none.
    case .length(let length) where length <= bytes.count - head.length:
      bytes.consume(head.length + length)
    case .length, .chunked: clients[client].exchange.persistence = .close
    }
    answer(client, problem)
  }

  // MARK: Bodies

  private mutating func readChunks(
    _ client: Ticket, _ bytes: inout ByteBuffer, after head: Int
  ) {
    switch decodeChunks(client, &bytes, after: head) {
    case .needMore(let keep): bytes.truncate(to: head + keep)
    case .complete(let body, let consumed):
      repeatHead(client, &bytes, body: body, end: head + consumed)
    case .refused(let refusal): answer(client, .refusal(refusal))
    }
  }

  private mutating func decodeChunks(
    _ client: Ticket, _ bytes: inout ByteBuffer, after head: Int
  ) -> ChunkedDecoder.Progress {
    let start = unsafe bytes.mutableReadable + head
    var body = unsafe MutableRawSpan(_unsafeStart: start, byteCount: bytes.count - head)
    return clients[client].chunks.decode(&body, maximum: bounds.largestBody)
  }

  /// The body has come after the head: heads are not kept, so this one is read again.
  private mutating func repeatHead(
    _ client: Ticket, _ bytes: inout ByteBuffer, body: Int, end: Int
  ) {
    let progress = clients[client].parser.parse(bytes.bytes, into: &head)
    precondition(progress == .head, "a head that was read once is read again")
    let began = clients[client].exchange.began
    let problem = decoder.decode(head, bytes.bytes, at: began, for: callers, into: &request)
    if let problem {
      bytes.consume(end)
      return answer(client, problem)
    }
    perform(client, &bytes, body: body, end: end)
  }

  // MARK: Carrying out

  /// Carries out a complete request, whose body is the `body` bytes behind its head and whose last
  /// byte is before `end`.
  private mutating func perform(
    _ client: Ticket, _ bytes: inout ByteBuffer, body: Int, end: Int
  ) {
    let payload = ByteRange(head.length, head.length + body)
    switch request.exchange.route {
    case .session, .sessions, .touch, .lock: submit(client, bytes, payload)
    case .touches: submitBatch(client, bytes, payload)
    default: answerPage(client)
    }
    bytes.consume(end)
  }

  private mutating func submit(
    _ client: Ticket, _ bytes: borrowing ByteBuffer, _ payload: ByteRange
  ) {
    request.command.payload = payload
    switch request.command.verb {
    case .put:
      // A body that came in chunks told nobody its length.
      guard payload.count <= decoder.largestBody(request) else {
        return answer(client, .bodyTooLarge)
      }
      prepareWrite(client)
    case .lock:
      prepareLock(bytes)
      guard wantLock(client) else { return }
    default: break
    }
    let submission = backend.submit(
      request.command, request: bytes.bytes, ticket: client, at: moment, reply: &reply)
    switch submission {
    case .done(let outcome):
      if request.command.verb == .lock, waitsOn(client, outcome) { return }
      answer(client, outcome)
    case .pending(let operation):
      clients[client].phase = .waiting
      clients[client].operation = operation
      timers.set(client.index, at: request.command.deadline)
    }
  }

  /// A write gets its version here, and a new session its id: randomness is the worker's.
  private mutating func prepareWrite(_ client: Ticket) {
    request.command.version = .random(&entropy)
    if request.exchange.route == .sessions {
      request.command.id = .random(&entropy)
      clients[client].exchange.id = request.command.id
    }
  }

  /// A lock gets its token here, and the id that its caller chose is digested: stores keep no more of
  /// it.
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
    clients[client].phase = .waiting
    timers.set(client.index, at: request.command.deadline)
  }

  private mutating func submitTouch(_ client: Ticket, _ batch: inout TouchBatch, at place: Int) {
    request.command.id = batch.id(at: place)!
    request.command.tag = UInt32(place)
    var nothing = ByteBuffer()
    let submission = backend.submit(
      request.command, request: nothing.bytes, ticket: client, at: moment, reply: &reply)
    switch submission {
    case .done(let outcome): batch.take(outcome, at: place)
    case .pending(let operation): batch.operations.append(operation)
    }
    nothing.clear()
  }

  // MARK: Answers

  /// A pending command ended. Its client may be gone, or wait for something else.
  mutating func take(_ completion: Completion) {
    let client = completion.ticket
    guard clients.contains(client), clients[client].phase == .waiting else { return }
    if clients[client].batch != nil {
      clients[client].batch!.take(completion.outcome, at: Int(completion.tag))
      guard clients[client].batch!.pending == 0 else { return }
      answer(client, clients[client].batch!)
    } else {
      if !wantedLocks.isEmpty, waitsOn(client, completion.outcome) { return }
      answer(client, completion.outcome)
    }
    resume(client)
  }

  /// The deadline passed while the store had the command.
  mutating func answerLate(_ client: Ticket) {
    let fault = abandon(client)
    if !wantedLocks.isEmpty { forgetLock(client, isGone: true) }
    answer(client, .store(fault))
    resume(client)
  }

  /// Gives up on what a client waits for, and says what is known of it.
  @discardableResult
  mutating func abandon(_ client: Ticket) -> StoreFault {
    guard let batch = clients[client].batch else {
      return backend.abandon(operation: clients[client].operation)
    }
    var fault = batch.hasActed ? StoreFault.outcomeUnknown : .deadlinePassed
    for operation in batch.operations where backend.abandon(operation: operation) != fault {
      fault = .outcomeUnknown
    }
    return fault
  }

  mutating func answer(_ client: Ticket, _ outcome: Outcome) {
    noteRelease(client, outcome)
    count(client, outcome)
    prepareAnswer(client)
    let status = encoder.encode(outcome, clients[client].exchange, into: &reply)
    finish(client, status)
  }

  mutating func answer(_ client: Ticket, _ problem: Problem) {
    prepareAnswer(client)
    if let bound = WorkerBoard.Bound(problem) { board.count(bound) }
    if problem.closesConnection { clients[client].closesAfterAnswer = true }
    let status = encoder.encode(problem, clients[client].exchange, into: &reply)
    finish(client, status)
  }

  private mutating func answer(_ client: Ticket, _ batch: TouchBatch) {
    clients[client].batch = nil
    prepareAnswer(client)
    let status = encoder.encode(batch, clients[client].exchange, into: &reply)
    finish(client, status)
  }

  private mutating func answerPage(_ client: Ticket) {
    let page = page(for: clients[client].exchange.route)
    prepareAnswer(client)
    let status = encoder.encode(page, clients[client].exchange, into: &reply)
    finish(client, status)
  }

  private mutating func prepareAnswer(_ client: Ticket) {
    carryCorrelation(client)
    if drainDeadline != nil { clients[client].exchange.persistence = .close }
    if clients[client].exchange.persistence == .close { clients[client].closesAfterAnswer = true }
  }

  private mutating func finish(_ client: Ticket, _ status: Int) {
    // The clock is read here: the tick's time would say that what is answered in the tick it came in
    // took none.
    let took = Instant.now() - clients[client].exchange.began
    endExchange(client)
    board.count(clients[client].exchange, status: status, took: took)
    tellAccess(client, status, took: took)
    send(client)
  }
}
