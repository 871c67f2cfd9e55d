// One event loop on one thread. It shares with the others only the settings, the lock lines, the
// `GatewayState` with the boards, and the sessions of the memory store; other threads reach it
// through its inbox.
//
// The tick:
//   1. wait                until a socket is ready or a deadline comes
//   2. clients and nodes   read and parse what is ready, submit commands, so many for each client
//   3. flush               write once to each node that has something to be sent
//   4. completions         read nodes' replies, answer clients at once, take their next requests
//   5. the backend         do what is due
//   6. deadlines           time out what took too long, judged by a time up to which all was read
//   7. accept              new connections, a bounded number
//   8. tell                report to the board of numbers and to the log
//
// An answer leaves when it is complete, in one write, since a client has one exchange at a time.
// The commands of all clients that a tick served leave together, which is where pipelines come
// from. They leave before the answers are made, so that nodes work meanwhile; what the answers add
// leaves with the next tick (docs/decisions/0029). Commands for a node that is slowed by its work
// may gather for longer (docs/decisions/0030). A tick takes a bounded number of events and bytes. If
// anything else is left, the next follows at once.

import API
import ClusterStore
import HTTP
import Logging
import Primitives
import Reactor
import Server
import Sessions

/// An event loop with its clients and its store.
struct Worker<Store: Backend & ~Copyable>: ~Copyable {
  /// How long what is in flight may take once the gateway drains.
  let drainTimeout: TimeSpan
  let board: WorkerBoard
  let gatewayState: GatewayState
  let inbox: Inbox
  let log: Logger
  /// This tick's lines for the access log, if there is one.
  var accessLines: AccessLines?
  let decoder: RequestDecoder
  /// The worker's number, from 0.
  let number: Int
  /// The clients of all workers that wait for a lock.
  let lockLines: LockLines
  private let inPlace = InPlace()

  var poller: Poller
  /// The clients' connections.
  var server: Server
  /// Whether operators have a door of their own, the second one.
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
  /// When the last tick ended.
  private var tickEnd: Instant
  /// By when everything that had arrived has been read.
  private var lookout: Lookout
  /// Requests whose head has arrived and whose answer is not made.
  var inFlight = 0
  /// When the nodes on the board are next updated, if anything has happened since.
  var nextReport = Instant(nanoseconds: .min)
  var isUnreported = false

  /// The request that is being decoded.
  var request = DecodedRequest()
  /// The answer that is being made.
  var reply = ByteBuffer()

  /// When the worker ends even if clients are left; `.never` while it serves.
  var drainDeadline = Instant.never
  /// When a draining worker closes its doors.
  var doorsClose = Instant.never
  var isStopped = false

  init(
    _ number: Int, of parts: GatewayParts, poller: consuming Poller,
    listener: consuming Listener, operatorsListener: consuming Listener?,
    identity: consuming TLSContext?, backend: consuming Store
  ) {
    self.number = number
    drainTimeout = parts.drainTimeout
    gatewayState = parts.state
    board = parts.state.boards[number]
    inbox = parts.inboxes[number]
    lockLines = parts.lockLines
    log = parts.log
    accessLines = parts.state.output.access(of: number).map { AccessLines($0) }
    decoder = RequestDecoder(policy: parts.requests)
    callers = parts.callers
    moment = .now()
    tickEnd = moment.instant
    lookout = Lookout(at: tickEnd)
    encoder = ResponseEncoder(moment.wall)
    server = Server(parts.bounds, identity: identity, now: moment.instant)
    server.open(listener, for: .callers, poller)
    if let listener = consume operatorsListener {
      server.open(listener, for: .operators, poller)
      hasOperatorsDoor = true
    } else {
      hasOperatorsDoor = false
    }
    let isWatched = poller.register(inbox.bell.fd, token: PollToken.inbox, interest: [.readable])
    precondition(isWatched, "a new poller has room for a descriptor")
    self.poller = poller
    self.backend = backend
    // Set before the worker reports that it listens, so that a request sent on that report is not
    // turned away.
    board.set(.serving, self.backend.isServing ? 1 : 0)
  }

  /// Serves until it is told to end.
  mutating func run() {
    while !isStopped { tick() }
    // What the last answers added: a timeout that a reading extends.
    backend.finish(at: .now())
  }

  private mutating func tick() {
    lookout.wait(from: tickEnd)
    let expiry = server.expiry
    let count = poller.wait(until: deadline(before: expiry), now: tickEnd)
    moment = .now()
    lookout.note(count)
    if count > 0 { isUnreported = true }
    encoder.set(moment.wall)
    server.begin(at: moment.instant)
    for index in 0..<count { take(poller.event(index)) }
    serve()
    backend.flush(at: moment.instant)
    answerCompletions()
    lookout.settle(
      isAll: count < Poller.capacity && !server.isBusy && !backend.hasUnread,
      connections: server.count, at: moment.instant)
    backend.advance(&poller, at: moment, readUpTo: lookout.readUpTo)
    if expiry <= lookout.readUpTo { expire() }
    drainOn()
    server.accept(poller)
    tell()
  }

  /// When the next wait ends at the latest; `expiry` is when a client's time may be over.
  private func deadline(before expiry: Instant) -> Instant {
    if backend.isBusy || server.hasWork { return tickEnd }
    var deadline = min(backend.nextDeadline, expiry)
    if isDraining { deadline = min(deadline, min(drainDeadline, doorsClose)) }
    return isUnreported ? min(deadline, nextReport) : deadline
  }

  private mutating func take(_ event: Event) {
    switch event.token {
    case PollToken.inbox:
      // A message may concern a client that is gone.
      serve()
      readInbox()
    case let token where PollToken.isNode(token):
      backend.take(event, on: PollToken.ticket(token), at: moment.instant)
    default: server.take(event)
    }
  }

  private mutating func readInbox() {
    for message in inbox.takeAll() {
      switch message {
      case .resolved(let answer): backend.take(answer, &poller, at: moment.instant)
      case .callers(let table): callers = table
      case .clientTLS(let handover):
        if let context = handover.take() { server.identity = consume context }
      case .nodeTLS(let handover):
        if let context = handover.take() { backend.adopt(context) }
      case .credentials(let credentials): backend.adopt(credentials)
      case .turn(let waiter, let mayBeFree): takeTurn(waiter, mayBeFree: mayBeFree)
      case .drain(let grace): drain(after: grace)
      case .beat: board.add(1, to: .beats)
      case .stop: isStopped = true
      }
    }
  }

  @inline(__always)
  private mutating func answerCompletions() {
    while let completion = backend.nextCompletion(at: moment, reply: &reply) {
      take(completion)
      serve()
    }
  }

  private mutating func expire() {
    server.expire(by: lookout.readUpTo)
    serve()
  }

  /// Reports to the board and to the log what happened in this tick.
  private mutating func tell() {
    publish()
    accessLines?.leave()
    backend.publish(to: board)
    while let event = backend.nextEvent() {
      log.tell(event)
      isUnreported = true
      nextReport = moment.instant
    }
    // Before `serving` is set: a client that sees it finds the nodes connected.
    if isUnreported, nextReport <= moment.instant { report() }
    board.set(.serving, backend.isServing ? 1 : 0)
    tickEnd = .now()
    board.countTick(took: tickEnd - moment.instant)
  }
}
