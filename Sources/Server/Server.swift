// The clients' side of an event loop: doors, connections, requests in, answers out. What the requests
// mean is the program's; the program owns the loop, the poller and the store of what it answers.
//
// In each turn of the loop the program says:
//
//   begin     a turn begins
//   take      a socket is ready
//   expire    time has passed
//   accept    who knocks may come in
//
// and before it accepts and before it waits it pulls what there is to tell, until there is nothing more:
//
//   while let event = server.next(&bytes) { … takeBody, skipBody, wait, send … }
//
// Nothing is called back, and nothing is copied: `bytes` is the memory that the request was read
// into, the program's until it pulls the next event. A client is named by a ticket; a place is given to
// another one only by `accept` and `close`, once all is told, so that what a program remembers of
// clients may stand in a table by the tickets' indices.
//
// The files: this one holds the state and the turn; Doors how clients come in, Reading how bytes come,
// Requests what is made of them, Sending how answers leave, Events what sockets and time bring.
//
// Bounded by `Bounds`. Rejected: a delegate (every verb of it would be called from within another of
// the server's), and requests as values that own their bytes (an allocation each).

public import HTTP
public import Primitives
public import Reactor

/// The clients of an event loop.
public struct Server: ~Copyable {
  let bounds: Bounds
  private let inPlace = InPlace()
  /// What clients are encrypted with where their door says so; nil for nothing.
  public var identity: TLSContext?
  /// The head of the request that was told last.
  public internal(set) var head = RequestHead()
  /// What was counted.
  public internal(set) var counters = ServerCounters()
  /// How many bytes the buffers of all clients take.
  public internal(set) var clientBytes = 0

  var doors = Slab<Door>(limit: 8)
  /// At which doors connections wait in the kernel's queue, as far as is known: a bit for each.
  var knocks = 0
  var connections: Slab<Connection>
  var timers: TimerWheel
  /// What clients are read into.
  var scratch: ByteBuffer
  var spare: BufferPool
  /// When the present turn began.
  var now: Instant
  /// How many turns there were.
  private(set) var turn = 0

  /// Who is being served.
  var present = Ticket.none
  /// Whether its bytes are in the scratch memory.
  var isLent = false
  /// How many of its bytes had come when it was told of last.
  var come = 0
  /// How many bytes the request that was told last takes.
  var told = 0
  /// Who has something to be read.
  private var ready: Ring<Ticket>
  /// Who has something left for the next turn.
  private var postponed: Ring<Ticket>
  /// How many bytes were read in this turn, and who brought the last of those that it has room for.
  var bytesRead = 0
  var greedy = Ticket.none
  /// What happened and was not told.
  private var notices: Ring<ServerEvent>

  /// When accepting goes on after the process ran out of descriptors.
  var acceptAgain = Instant.never
  /// The doors were closed, and clients leave when they have nothing to ask.
  var isClosing = false

  /// A server without doors.
  public init(_ bounds: Bounds, identity: consuming TLSContext? = nil, now: Instant) {
    self.bounds = bounds
    self.identity = identity
    self.now = now
    connections = Slab(limit: bounds.places)
    // Each client once, and those who were postponed and are gone since.
    ready = Ring(limit: 2 * bounds.places)
    postponed = Ring(limit: 2 * bounds.places)
    notices = Ring(limit: 4 * bounds.places)
    timers = TimerWheel(now: now)
    scratch = ByteBuffer(capacity: bounds.readSize)
    spare = BufferPool(
      capacity: 32 << 10, largest: bounds.largestSpare, limit: bounds.spareBuffers)
  }

  /// How many bytes a client takes that has no buffers.
  public static var bytesPerClient: Int { MemoryLayout<Connection>.stride }

  /// How many clients there are.
  public var count: Int { connections.count }

  /// When the loop's next wait ends at the latest; `.never` if only an event ends it. In the past if
  /// there is something to do without one.
  public var deadline: Instant { isPressed ? now : expiry }

  /// Whether there is something to do without an event.
  public var isPressed: Bool { mayAccept || isBusy }

  /// Before this instant nothing is to be ended by `expire`, whatever else there is to do.
  public var expiry: Instant { min(acceptAgain, timers.next ?? .never) }

  /// Whether something was left for the next turn that has come.
  public var isBusy: Bool { !postponed.isEmpty }

  /// Begins a turn of the loop, in which the time is `now`.
  public mutating func begin(at now: Instant) {
    self.now = now
    turn += 1
    bytesRead = 0
    swap(&ready, &postponed)
    // Who used up the last turn's bytes comes behind those who got none.
    if greedy != .none { moveBack() }
  }

  private mutating func moveBack() {
    var isThere = false
    for _ in 0..<ready.count {
      guard let client = ready.popFirst() else { break }
      if client == greedy { isThere = true } else { _ = ready.append(client) }
    }
    if isThere { _ = ready.append(greedy) }
    greedy = .none
  }

  /// The next thing to tell; nil when there is nothing more in this turn.
  ///
  /// - Parameter bytes: holds the bytes of whom a request is told of. A variable of the program's own,
  ///   the same until there is nothing more: empty at first and at last.
  public mutating func next(_ bytes: inout ByteBuffer) -> ServerEvent? {
    while true {
      if !notices.isEmpty { return notices.popFirst() }
      if present == .none {
        guard let client = ready.popFirst() else { return nil }
        takeUp(client, &bytes)
      } else if let event = advance(&bytes) {
        return event
      } else {
        layDown(&bytes)
      }
    }
  }

  // MARK: Turns

  /// The client is served in this turn, after those of whom it was known earlier.
  mutating func enqueue(_ client: Ticket) {
    guard !connections[client].isQueued else { return }
    connections[client].isQueued = true
    let refused = ready.append(client) != nil
    precondition(!refused, "a client is queued once")
  }

  /// The client has had its share of this turn.
  mutating func postpone(_ client: Ticket) {
    connections[client].isQueued = true
    let refused = postponed.append(client) != nil
    precondition(!refused, "a client is postponed once a turn")
  }

  mutating func notice(_ event: ServerEvent) {
    let refused = notices.append(event) != nil
    precondition(!refused, "what happened is told before more can happen")
  }

  /// Whether something happened that was not told.
  var hasNotices: Bool { !notices.isEmpty }

  // MARK: What is known of a client

  /// Whether the client is there and waits for an answer.
  public func isWaiting(_ client: Ticket) -> Bool {
    connections.contains(client) && connections[client].phase == .waiting
  }

  /// Whether the client sends no more, as far as is known.
  public func isHalfClosed(_ client: Ticket) -> Bool { connections[client].isHalfClosed }

  /// By which door the client came.
  public func door(of client: Ticket) -> Int { connections[client].door }

  /// The client waits for an answer, and is told to be overdue when none has come by then.
  public mutating func wait(_ client: Ticket, until deadline: Instant) {
    timers.set(client.index, at: deadline)
  }
}
