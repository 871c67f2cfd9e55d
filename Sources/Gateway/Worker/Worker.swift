// One event loop: one thread, sharing nothing but the settings, its board of numbers and its inbox.
//
// The tick:
//   1. wait                 until a socket is ready or a deadline comes
//   2. clients and nodes    read and parse what is ready, submit commands, so many for each client
//   3. completions          read nodes' answers, answer clients at once, take their next requests
//   4. the backend          does what time brings
//   5. deadlines            time out what took too long, by a time up to which all that came was told
//   6. accept               new connections, a bounded number
//   7. flush                write once to each node that has something to be told
//   8. tell                 the board of numbers and the log what happened
//
// An answer leaves when it is complete, in one write, since a client has one exchange at a time; the
// commands of all clients that a tick served leave together, which is where pipelines come from. A tick
// takes so many events and so many bytes and leaves the rest to the next, which follows at once.

import API
import ClusterStore
import HTTP
import Logging
import Primitives
import Reactor
import Server
import Sessions

/// What a worker is told at its start.
struct WorkerPlan: Sendable {
  var bounds: Bounds
  var requests: RequestPolicy
  var callers: CallerTable
  /// Which of the workers it is.
  var number: Int
  /// Who waits for a lock, at all workers.
  var lockLines: LockLines
  /// How long what is in flight may take once the gateway drains.
  var drainTimeout: TimeSpan
}

/// An event loop with its clients and its store.
struct Worker<Store: Backend & ~Copyable>: ~Copyable {
  let plan: WorkerPlan
  let board: WorkerBoard
  let gatewayState: GatewayState
  let inbox: Inbox
  let log: Logger
  /// What this tick tells the access log, where there is one.
  var accessLines: AccessLines?
  let decoder: RequestDecoder
  let number: Int
  let lockLines: LockLines
  private let inPlace = InPlace()

  var poller: Poller
  /// The clients' connections.
  var server: Server
  /// Whether operators have a door of their own, the second.
  let hasOperatorsDoor: Bool
  var callers: CallerTable
  var backend: Store
  /// What is remembered of clients.
  var clients = PlaceTable<Client>(vacant: Client())
  var encoder: ResponseEncoder
  var entropy = Entropy()
  /// The locks that clients want, until their answers have left.
  var wantedLocks: [Ticket: WantedLock] = [:]
  var moment: Moment
  /// When the present turn of the loop ended, or the one before.
  private var turned: Instant
  /// All that had come by then was told: deadlines are judged by it, however long the process was halted
  /// since.
  private var told: Instant
  /// When the first of the waits began of which not all was told yet.
  private var looked: Instant
  /// How many events those told; a wait without any counts as one.
  private var events = 0
  /// Requests whose head has come and whose answer is not made.
  var inFlight = 0
  /// When the board is told about the nodes again, if anything has happened since.
  var nextReport = Instant(nanoseconds: .min)
  var isUnreported = false

  /// The request that is being decoded.
  var request = DecodedRequest()
  /// The answer that is being made.
  var reply = ByteBuffer()

  /// When the worker ends although clients are left; nil while it serves.
  var drainDeadline: Instant?
  /// When a draining worker closes its doors.
  var doorsClose = Instant.never
  var isStopped = false

  init(
    _ plan: WorkerPlan, poller: consuming Poller, listener: consuming Listener,
    operatorsListener: consuming Listener?, identity: consuming TLSContext?,
    backend: consuming Store, inbox: Inbox,
    board: WorkerBoard, state: GatewayState, log: Logger, accessLane: AccessLane?
  ) {
    self.plan = plan
    self.board = board
    gatewayState = state
    self.inbox = inbox
    self.log = log
    accessLines = accessLane.map { AccessLines($0) }
    decoder = RequestDecoder(policy: plan.requests)
    callers = plan.callers
    number = plan.number
    lockLines = plan.lockLines
    moment = .now()
    turned = moment.instant
    looked = turned
    told = turned
    encoder = ResponseEncoder(moment.wall)
    server = Server(plan.bounds, identity: identity, now: moment.instant)
    server.open(listener, isSecured: true, poller)
    if let listener = consume operatorsListener {
      server.open(listener, isSecured: false, poller)
      hasOperatorsDoor = true
    } else {
      hasOperatorsDoor = false
    }
    let isWatched = poller.register(inbox.wake.fd, token: Token.inbox, interest: [.readable])
    precondition(isWatched, "a new poller has room for a descriptor")
    self.poller = poller
    self.backend = backend
    // Before it is told that this worker listens: who hears of that and asks, is not turned away.
    board.set(.serving, self.backend.isServing ? 1 : 0)
  }

  /// Serves until it is told to end.
  mutating func run() {
    while !isStopped { tick() }
  }

  private mutating func tick() {
    if events == 0 { looked = turned }
    let expiry = server.expiry
    let count = poller.wait(until: deadline(before: expiry), now: turned)
    moment = .now()
    events += max(count, 1)
    if count > 0 { isUnreported = true }
    encoder.set(moment.wall)
    server.begin(at: moment.instant)
    for index in 0..<count { take(poller.event(index)) }
    serve()
    answerCompletions()
    if isAbreast(after: count) {
      told = looked
      events = 0
    }
    backend.advance(&poller, at: moment, told: told)
    if expiry <= told { expire() }
    drainOn()
    server.accept(poller)
    backend.flush(at: moment.instant)
    tell()
  }

  /// When the next wait ends at the latest, where a client's time may be over at `expiry`.
  private func deadline(before expiry: Instant) -> Instant? {
    if backend.isBusy || server.isPressed { return turned }
    var deadline = min(backend.nextDeadline, expiry)
    if let drain = drainDeadline { deadline = min(deadline, min(drain, doorsClose)) }
    if isUnreported { deadline = min(deadline, nextReport) }
    return deadline == .never ? nil : deadline
  }

  private mutating func take(_ event: Event) {
    switch event.token {
    case Token.inbox:
      // What a message is about may be a client that is gone.
      serve()
      readInbox()
    case let token where Token.isNode(token):
      backend.take(event, on: Token.ticket(token), at: moment.instant)
    default: server.take(event)
    }
  }

  private mutating func readInbox() {
    for message in inbox.takeAll() {
      switch message {
      case .resolved(let answer): backend.take(answer, &poller, at: moment.instant)
      case .callers(let table): callers = table
      case .identity(let handovers): renew(handovers)
      case .nodeIdentity(let handovers): renewNodes(handovers)
      case .credentials(let credentials): backend.renew(credentials)
      case .turn(let waiter, let isFree): takeTurn(waiter, isFree: isFree)
      case .drain(let grace): drain(after: grace)
      case .beat: board.add(1, to: .beats)
      case .stop: isStopped = true
      }
    }
  }

  private mutating func answerCompletions() {
    while let completion = backend.nextCompletion(at: moment, reply: &reply) {
      take(completion)
      serve()
    }
  }

  /// Whether all that had come when the first wait began has been looked at: after a halt of the whole
  /// process, what came in time may stand behind a wait's events or a tick's bytes, and must not be called
  /// late. The kernel takes turns, so that as many events as there are descriptors are all. Under a load
  /// that never ends a second must do, or deadlines would be judged ever later.
  private func isAbreast(after count: Int) -> Bool {
    let isAll = count < Poller.capacity && !server.isBusy && !backend.hasUnread
    return isAll || events > server.count + Poller.capacity
      || moment.instant - looked > .seconds(1)
  }

  private mutating func expire() {
    server.expire(by: told)
    serve()
  }

  /// Tells the board and the log what happened in this tick.
  private mutating func tell() {
    publish()
    accessLines?.leave()
    backend.publish(to: board)
    while let event = backend.nextEvent() {
      log.tell(event)
      isUnreported = true
      nextReport = moment.instant
    }
    // In this order: whoever is told that all is served finds the nodes connected.
    if isUnreported, nextReport <= moment.instant { report() }
    board.set(.serving, backend.isServing ? 1 : 0)
    turned = .now()
    board.countTick(took: turned - moment.instant)
  }
}
