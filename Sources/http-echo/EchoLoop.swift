// One event loop: one thread that shares nothing. The tick: wait; read, parse and answer what is
// ready; end what took too long; accept, a bounded number.

import HTTP
import Primitives
import Reactor
import Synchronization

/// An event loop and its connections.
struct EchoLoop: ~Copyable {
  private static let listenerToken = UInt64.max

  let bounds: EchoBounds
  var poller: Poller
  let listener: Listener
  var connections: Slab<Connection>
  var timers: TimerWheel
  var writer = ResponseWriter()
  var date: DateClock
  var moment: Moment
  /// The request that is being read.
  var head = RequestHead()
  /// What connections are read into.
  var scratch: ByteBuffer
  /// The answer that is being made.
  var reply = ByteBuffer()
  private var mayAccept = true
  private var acceptAgain = Instant.never

  init(_ bounds: EchoBounds, poller: consuming Poller, listener: consuming Listener) {
    self.bounds = bounds
    moment = .now()
    date = DateClock(moment.wall)
    connections = Slab(limit: bounds.connections)
    timers = TimerWheel(now: moment.instant)
    scratch = ByteBuffer(capacity: bounds.readSize)
    let isWatched = poller.register(
      listener.fd, token: Self.listenerToken, interest: [.readable, .edgeTriggered])
    precondition(isWatched, "a new poller has room for a descriptor")
    self.poller = poller
    self.listener = listener
  }

  /// Serves as long as the process lives.
  mutating func run() {
    while true { tick() }
  }

  private mutating func tick() {
    let count = poller.wait(until: deadline, now: moment.instant)
    moment = .now()
    date.set(moment.wall)
    for index in 0..<count {
      let event = poller.event(index)
      if event.token == Self.listenerToken { mayAccept = true } else { take(event) }
    }
    expire()
    acceptSome()
  }

  private var deadline: Instant? {
    if mayAccept, !connections.isFull { return moment.instant }
    let deadline = min(acceptAgain, timers.next ?? .never)
    return deadline == .never ? nil : deadline
  }

  private mutating func take(_ event: Event) {
    let ticket = Ticket(
      index: UInt32(truncatingIfNeeded: event.token),
      generation: UInt32(truncatingIfNeeded: event.token >> 32))
    guard connections.contains(ticket) else { return }
    if event.failed { return drop(ticket) }
    if event.readable { connections[ticket].isReadable = true }
    if event.peerClosed { connections[ticket].isEnding = true }
    switch connections[ticket].phase {
    case .writing: if event.writable { sendRest(ticket) }
    case .lingering: receiveRest(ticket)
    case .idle, .head, .body, .chunks: receive(ticket)
    }
  }

  private mutating func expire() {
    while let index = timers.popExpired(now: moment.instant) {
      if let ticket = connections.ticket(at: Int(index)) { timeOut(ticket) }
    }
    if acceptAgain <= moment.instant {
      acceptAgain = .never
      mayAccept = true
    }
  }

  private mutating func acceptSome() {
    guard mayAccept else { return }
    for _ in 0..<bounds.acceptsPerTick {
      if connections.isFull { return }
      switch listener.accept() {
      case .connection(let socket, _): welcome(socket)
      case .none:
        mayAccept = false
        return
      case .transient: break
      case .exhausted:
        mayAccept = false
        acceptAgain = moment.instant + bounds.exhaustionPause
        return
      }
    }
  }

  private mutating func welcome(_ socket: consuming Socket) {
    let fd = socket.fd
    let ticket = connections.insert(Connection(socket))
    let token = UInt64(ticket.generation) << 32 | UInt64(ticket.index)
    guard poller.register(fd, token: token, interest: .connection) else {
      connections.discard(ticket)
      return
    }
    timers.set(ticket.index, at: moment.instant + bounds.idle)
  }
}

/// Carries a loop to the thread that runs it.
final class LoopStart: Sendable {
  private let loop: Mutex<EchoLoop?>

  init(_ loop: consuming sending EchoLoop) { self.loop = Mutex(loop) }

  /// Runs the loop on this thread, once.
  func run() {
    var mine = loop.withLock { $0.take() }
    mine?.run()
  }
}
