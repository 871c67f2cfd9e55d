// What sockets and time bring: events, deadlines that passed, the end of a connection.

public import Primitives
public import Reactor

extension Server {
  /// The poller's token for a client's events. Generation 0, which no client has, marks a door's.
  static func token(_ client: Ticket) -> UInt64 { client.packed }

  /// A door's or a client's socket is ready for something.
  public mutating func take(_ event: Event) {
    let client = Ticket(packed: event.token)
    if client.generation == 0 {
      if let door = doors.ticket(at: Int(client.index)) { noteKnock(at: door) }
    } else if connections.contains(client) {
      take(event, from: client)
    }
  }

  private mutating func take(_ event: Event, from client: Ticket) {
    if event.failed {
      if connections[client].phase == .handshaking { counters.handshakeFaults += 1 }
      return drop(client)
    }
    connections[client].note(event)
    switch connections[client].phase {
    case .handshaking: shakeHands(client)
    case .writing: if event.writable { sendRest(client) }
    case .waiting: if event.peerClosed { notice(.halfClosed(client)) }
    case .idle, .head, .body, .chunks, .late, .lingering:
      if event.writable, !flush(client) { return drop(client) }
      enqueue(client)
    }
  }

  /// Sends what TLS holds back besides responses, such as the end of a handshake or an interim
  /// response; false when the connection is no longer usable.
  private mutating func flush(_ client: Ticket) -> Bool {
    guard connections[client].transport.hasPendingOutput else { return true }
    if case .failed = connections[client].transport.flush() { return false }
    return true
  }

  private mutating func shakeHands(_ client: Ticket) {
    let isHalfClosed = connections[client].isHalfClosed
    switch connections[client].transport.handshake(isHalfClosed: isHalfClosed) {
    case .wantsRead, .wantsWrite: weighCiphertext(client)
    case .failed:
      counters.handshakeFaults += 1
      drop(client)
    case .done:
      if connections[client].transport.isResumed {
        counters.handshakesResumed += 1
      } else {
        counters.handshakes += 1
      }
      connections[client].phase = .idle
      connections[client].isReadable = true
      timers.set(client.index, at: now + idleBound)
      enqueue(client)
    }
  }

  /// Times out the clients whose deadlines passed by `instant`. Whatever had arrived by then must
  /// have been reported to the program.
  public mutating func expire(by instant: Instant) {
    while let index = timers.popExpired(now: instant) {
      if let client = connections.ticket(at: Int(index)) { timeOut(client) }
    }
    if acceptAgain <= now { acceptAgain = .never }
  }

  /// Counts a body that arrived within its bound, but too late for the program.
  public mutating func countLateBody() { counters.bodyTimeouts += 1 }

  private mutating func timeOut(_ client: Ticket) {
    switch connections[client].phase {
    case .handshaking: counters.handshakeTimeouts += 1
    case .idle: counters.idleTimeouts += 1
    case .head:
      counters.headTimeouts += 1
      return giveUp(client)
    case .body, .chunks:
      counters.bodyTimeouts += 1
      return giveUp(client)
    case .waiting: return notice(.overdue(client))
    case .writing: counters.writeTimeouts += 1
    case .lingering: counters.lingerTimeouts += 1
    case .late: return
    }
    drop(client)
  }

  /// Marks a request as late. The program learns of it with the client's next event, when its bytes
  /// are at hand.
  private mutating func giveUp(_ client: Ticket) {
    connections[client].phase = .late
    enqueue(client)
  }

  /// Closes a client's connection and forgets it; `gone` follows.
  public mutating func drop(_ client: Ticket) {
    timers.cancel(client.index)
    clientBytes -= connections[client].bytes
    var connection = connections.remove(client)
    connection.transport.close()
    notice(.gone(client))
  }
}
