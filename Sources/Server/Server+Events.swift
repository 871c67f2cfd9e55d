// What sockets and time bring: events, deadlines that passed, the end.

public import Primitives
public import Reactor

extension Server {
  /// What the poller tells a client's events with. Generation 0, which no client has, is the doors'.
  static func token(_ client: Ticket) -> UInt64 {
    UInt64(client.generation) << 32 | UInt64(client.index)
  }

  /// A door's or a client's socket is ready for something.
  public mutating func take(_ event: Event) {
    let client = Ticket(
      index: UInt32(truncatingIfNeeded: event.token),
      generation: UInt32(truncatingIfNeeded: event.token >> 32))
    if client.generation == 0 {
      if doors.ticket(at: Int(client.index)) != nil { knocks |= 1 << Int(client.index) }
    } else if connections.contains(client) {
      take(event, from: client)
    }
  }

  private mutating func take(_ event: Event, from client: Ticket) {
    if event.failed { return drop(client) }
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

  /// What TLS said besides answers, as the end of a handshake or the leave to send a body, goes on its
  /// way; false when the connection is of no use any more.
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
      timers.set(client.index, at: now + idlePatience)
      enqueue(client)
    }
  }

  /// Ends what took too long by then; what had come by then was told.
  public mutating func expire(by instant: Instant) {
    while let index = timers.popExpired(now: instant) {
      if let client = connections.ticket(at: Int(index)) { timeOut(client) }
    }
    if acceptAgain <= now { acceptAgain = .never }
  }

  /// A body that came within its bound was too late for the program.
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

  /// The program is told with the next event of the client, when its bytes are at hand.
  private mutating func giveUp(_ client: Ticket) {
    connections[client].phase = .late
    enqueue(client)
  }

  /// Forgets a client.
  public mutating func drop(_ client: Ticket) {
    timers.cancel(client.index)
    clientBytes -= connections[client].bytes
    var connection = connections.remove(client)
    connection.transport.close()
    notice(.gone(client))
  }
}
