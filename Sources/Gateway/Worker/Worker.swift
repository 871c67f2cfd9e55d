// One event loop: one thread, sharing nothing but the settings, its board of numbers and its inbox.
//
// The tick:
//   1. wait                 until a socket is ready or a deadline comes
//   2. clients and nodes    read and parse what is ready, submit commands, so many for each client
//   3. the backend          does what time brings
//   4. completions          read nodes' answers, answer clients at once, take their next requests
//   5. deadlines            time out what took too long
//   6. accept               new connections, a bounded number
//   7. flush                write once to each node that has something to be told
//
// An answer leaves when it is complete, in one write, since a client has one exchange at a time; the
// commands of all clients that a tick served leave together, which is where pipelines come from.

import API
import ClusterStore
import HTTP
import Logging
import Primitives
import Reactor
import Sessions

/// What a worker is told at its start.
struct WorkerPlan: Sendable {
  var bounds: Bounds
  var requests: RequestPolicy
  var callers: CallerTable
  /// Which of the workers it is.
  var number: Int
  /// Who waits for a lock, at all workers.
  var lockQueue: LockQueue
  /// How long what is in flight may take once the gateway drains.
  var drainTimeout: TimeSpan
}

/// An event loop with its clients and its store.
struct Worker<Store: Backend & ~Copyable>: ~Copyable {
  let bounds: Bounds
  let plan: WorkerPlan
  let board: WorkerBoard
  let gatewayState: GatewayState
  let inbox: Inbox
  let log: Logger
  let accessLane: AccessLane?
  let decoder: RequestDecoder
  let number: Int
  let lockQueue: LockQueue

  var poller: Poller
  var entrance: Doorway?
  var operatorsEntrance: Doorway?
  var clientContext: TLSContext?
  var callers: CallerTable
  var backend: Store
  var clients: Slab<Client>
  var timers: TimerWheel
  var encoder: ResponseEncoder
  var entropy = Entropy()
  /// The locks that clients want, until their answers have left.
  var wantedLocks: [Ticket: WantedLock] = [:]
  var moment: Moment
  /// When the present turn of the loop ended, or the one before.
  private var turned: Instant
  /// What the buffers of all clients take.
  var clientBytes = 0
  /// Requests whose head has come and whose answer is not made.
  var inFlight = 0
  /// When the board is told about the nodes again, if anything has happened since.
  var nextReport = Instant(nanoseconds: .min)
  var isUnreported = false

  /// How many turns there were.
  var turn = 0
  /// Who has requests left for the next turn.
  var postponed: Ring<Ticket>

  /// The request that is being decoded.
  var head = RequestHead()
  var request = DecodedRequest()
  /// What clients are read into.
  var scratch: ByteBuffer
  /// The answer that is being made.
  var reply: ByteBuffer
  var spare: BufferPool

  /// When accepting goes on after the process ran out of descriptors.
  var acceptAgain = Instant.never
  /// When the worker ends although clients are left; nil while it serves.
  var drainDeadline: Instant?
  /// When a draining worker closes its doors.
  var doorsClose = Instant.never
  var isStopped = false

  init(
    _ plan: WorkerPlan, poller: consuming Poller, entrance: consuming Doorway?,
    operatorsEntrance: consuming Doorway?,
    clientContext: consuming TLSContext?, backend: consuming Store, inbox: Inbox,
    board: WorkerBoard, state: GatewayState, log: Logger, accessLane: AccessLane?
  ) {
    self.plan = plan
    bounds = plan.bounds
    self.board = board
    gatewayState = state
    self.inbox = inbox
    self.log = log
    self.accessLane = accessLane
    decoder = RequestDecoder(policy: plan.requests)
    callers = plan.callers
    number = plan.number
    lockQueue = plan.lockQueue
    moment = .now()
    turned = moment.instant
    clients = Slab(limit: bounds.connections)
    postponed = Ring(limit: bounds.connections + bounds.acceptsPerTick)
    timers = TimerWheel(now: moment.instant)
    encoder = ResponseEncoder(moment.wall)
    scratch = ByteBuffer(capacity: bounds.readSize)
    spare = BufferPool(
      capacity: 32 << 10, largest: bounds.largestSpare, limit: bounds.spareBuffers)
    reply = spare.take()
    let isWatched =
      Self.watch(entrance, poller, Token.entrance)
      && Self.watch(operatorsEntrance, poller, Token.operatorsEntrance)
      && poller.register(inbox.wake.fd, token: Token.inbox, interest: [.readable])
    precondition(isWatched, "a new poller has room for three descriptors")
    self.poller = poller
    self.entrance = entrance
    self.operatorsEntrance = operatorsEntrance
    self.clientContext = clientContext
    self.backend = backend
  }

  private static func watch(
    _ doorway: borrowing Doorway?, _ poller: borrowing Poller, _ token: UInt64
  ) -> Bool {
    switch doorway {
    case .some(let doorway):
      poller.register(doorway.listener.fd, token: token, interest: [.readable, .edgeTriggered])
    case .none: true
    }
  }

  /// Serves until it is told to end.
  mutating func run() {
    while !isStopped { tick() }
  }

  private mutating func tick() {
    let count = poller.wait(until: deadline, now: turned)
    moment = .now()
    if count > 0 { isUnreported = true }
    encoder.set(moment.wall)
    turn += 1
    resumePostponed()
    for index in 0..<count { take(poller.event(index)) }
    backend.advance(&poller, at: moment)
    answerCompletions()
    expire()
    acceptSome()
    backend.flush(at: moment.instant)
    tell()
  }

  /// When the next wait ends at the latest.
  private var deadline: Instant? {
    if backend.isBusy || mayAccept || !postponed.isEmpty { return turned }
    var deadline = min(backend.nextDeadline, acceptAgain)
    if let timer = timers.next { deadline = min(deadline, timer) }
    if let drain = drainDeadline { deadline = min(deadline, min(drain, doorsClose)) }
    if isUnreported { deadline = min(deadline, nextReport) }
    return deadline == .never ? nil : deadline
  }

  private mutating func take(_ event: Event) {
    switch event.token {
    case Token.entrance: entrance?.mayAccept = true
    case Token.operatorsEntrance: operatorsEntrance?.mayAccept = true
    case Token.inbox: readInbox()
    case let token where Token.isNode(token):
      backend.take(event, on: Token.ticket(token), at: moment.instant)
    case let token: take(event, from: Token.ticket(token))
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
      case .turn(let client, let isFree): takeTurn(client, isFree: isFree)
      case .drain(let grace): drain(after: grace)
      case .beat: board.add(1, to: .beats)
      case .stop: isStopped = true
      }
    }
  }

  private mutating func answerCompletions() {
    while let completion = backend.nextCompletion(at: moment, reply: &reply) {
      take(completion)
    }
  }

  private mutating func expire() {
    while let index = timers.popExpired(now: moment.instant) {
      if let client = clients.ticket(at: Int(index)) { timeOut(client) }
    }
    if acceptAgain <= moment.instant {
      acceptAgain = .never
    }
    if doorsClose <= moment.instant { leaveDoors() }
    if let drain = drainDeadline {
      let isAlone = clients.count == 0 && doorsClose == .never
      if isAlone || drain <= moment.instant { isStopped = true }
    }
  }

  /// Tells the board and the log what happened in this tick.
  private mutating func tell() {
    board.set(.connections, clients.count)
    board.set(.inFlight, inFlight)
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
