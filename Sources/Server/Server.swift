// The clients' side of an event loop: doors, connections, requests in, responses out. The program
// decides what requests mean; it owns the loop, the poller and whatever it answers from.
//
// In each tick the program calls:
//
//   begin     a tick begins
//   take      a socket is ready
//   expire    time has passed
//   accept    clients that wait may come in
//
// Before it accepts and before it waits, it pulls events until there are none left:
//
//   while let event = server.next(&bytes) { … takeBody, skipBody, wait, send … }
//
// There are no callbacks and no copies: `bytes` is the memory that the request was read into, and
// is the program's until it pulls the next event. A ticket names a client. Only `accept` and
// `close` give a client's place to another, and only after every event has been pulled; so a
// program may keep what it remembers of clients in a table by the tickets' indices.
//
// This file holds the state and the tick; Doors has how clients come in, Reading how bytes are
// read, Requests what they amount to, Sending how responses leave, Events what sockets and time
// bring.
//
// Bounded by `Bounds`. Rejected: a delegate (each of its methods would be called from within one of
// the server's), and requests as values that own their bytes (an allocation each).

public import HTTP
public import Primitives
public import Reactor

/// The clients of an event loop.
public struct Server: ~Copyable {
  let bounds: Bounds
  private let inPlace = InPlace()
  /// The certificate and key for clients whose door uses TLS; nil for plain connections only.
  public var identity: TLSContext?
  /// The head of the request reported last.
  public internal(set) var head = RequestHead()
  /// What was counted since the start.
  public internal(set) var counters = ServerCounters()
  /// How many bytes the buffers of all clients take.
  public internal(set) var clientBytes = 0

  var doors = Slab<OpenDoor>(limit: 2)
  /// Whether any door may have knocks: most ticks look at no door.
  var hasKnocks = false
  var connections: Slab<Connection>
  var timers: TimerWheel
  /// The memory that clients are read into first.
  var scratch: ByteBuffer
  var spare: BufferPool
  /// When the present tick began.
  var now: Instant
  /// The number of the present tick.
  private(set) var tick = 0

  /// The client being served.
  var present = Ticket.none
  /// Whether its bytes are in the scratch memory.
  var usesScratch = false
  /// How many of its bytes had arrived when its head was last reported.
  var come = 0
  /// The length in bytes of the request reported last, to be consumed before the next is parsed.
  var told = 0
  /// Clients with bytes to read.
  private var ready: Ring<Ticket>
  /// Clients with something left for the next tick.
  private var postponed: Ring<Ticket>
  /// How many bytes were read in this tick, and the client whose read reached its bound.
  var bytesRead = 0
  var greedy = Ticket.none
  /// Events that were not reported yet.
  private var notices: Ring<ServerEvent>

  /// When accepting resumes after descriptors ran out; `.never` while it is not paused.
  var acceptAgain = Instant.never
  /// When it is next counted that clients wait for a place.
  var countFullAgain = Instant(nanoseconds: .min)
  /// The doors are closed, and clients leave when they have nothing to ask.
  var isClosing = false

  /// A server without doors.
  public init(_ bounds: Bounds, identity: consuming TLSContext? = nil, now: Instant) {
    self.bounds = bounds
    self.identity = identity
    self.now = now
    connections = Slab(limit: bounds.places)
    // Each client once, and clients that were postponed and have gone since.
    ready = Ring(limit: 2 * bounds.places)
    postponed = Ring(limit: 2 * bounds.places)
    notices = Ring(limit: 4 * bounds.places)
    timers = TimerWheel(now: now)
    scratch = ByteBuffer(capacity: bounds.readSize)
    spare = BufferPool(
      capacity: 32 << 10, largest: bounds.largestSpare, limit: bounds.spareBuffers)
  }

  /// How many bytes a client without buffers takes.
  public static var bytesPerClient: Int { MemoryLayout<Connection>.stride }

  /// How many clients there are.
  public var count: Int { connections.count }

  /// When the loop's next wait must end; `.never` if only an event ends it. Not in the future if
  /// there is something to do without one.
  public var deadline: Instant { hasWork ? now : expiry }

  /// Whether there is something to do without an event.
  public var hasWork: Bool { mayAccept || isBusy }

  /// When `expire` next has something to do, regardless of other work.
  public var expiry: Instant { min(acceptAgain, timers.next) }

  /// Whether clients were postponed to the next tick.
  public var isBusy: Bool { !postponed.isEmpty }

  /// Begins a tick, in which the time is `now`.
  public mutating func begin(at now: Instant) {
    self.now = now
    tick += 1
    bytesRead = 0
    swap(&ready, &postponed)
    // The client that used up the last tick's bytes goes behind those that got none.
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

  /// The next event; nil when there are no more in this tick.
  ///
  /// - Parameter bytes: receives the bytes of the client whose request is reported. Pass the same
  ///   variable, empty at first, until there are no more events; it is empty again then.
  public mutating func next(_ bytes: inout ByteBuffer) -> ServerEvent? {
    while true {
      if !notices.isEmpty { return notices.popFirst() }
      if present == .none {
        guard let client = ready.popFirst() else { return nil }
        beginServing(client, &bytes)
      } else if let event = advance(&bytes) {
        return event
      } else {
        endServing(&bytes)
      }
    }
  }

  // MARK: Queues

  /// Queues a client to be served in this tick, after those queued before it.
  mutating func enqueue(_ client: Ticket) {
    guard !connections[client].isQueued else { return }
    connections[client].isQueued = true
    let refused = ready.append(client) != nil
    precondition(!refused, "a client is queued once")
  }

  /// Queues a client for the next tick: it has had its share of this one.
  mutating func postpone(_ client: Ticket) {
    connections[client].isQueued = true
    let refused = postponed.append(client) != nil
    precondition(!refused, "a client is postponed once a turn")
  }

  mutating func notice(_ event: ServerEvent) {
    let refused = notices.append(event) != nil
    precondition(!refused, "what happened is told before more can happen")
  }

  /// Whether there are events that were not reported yet.
  var hasNotices: Bool { !notices.isEmpty }

  // MARK: What is known of a client

  /// Whether the client is there and waits for a response.
  public func isWaiting(_ client: Ticket) -> Bool {
    connections.contains(client) && connections[client].phase == .waiting
  }

  /// Whether the client sends no more, as far as is known.
  public func isHalfClosed(_ client: Ticket) -> Bool { connections[client].isHalfClosed }

  /// Whether the connection ends with the client's next response, whatever the program says.
  public func isEnding(_ client: Ticket) -> Bool { connections[client].closesAfterAnswer }

  /// The door the client came by.
  public func door(of client: Ticket) -> Door { connections[client].door }

  /// Lets a client wait for its response; `overdue` is reported if none has been sent by then.
  public mutating func wait(_ client: Ticket, until deadline: Instant) {
    timers.set(client.index, at: deadline)
  }
}
