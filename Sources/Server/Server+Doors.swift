// How clients come in: a bounded number per tick, as long as there are places and descriptors.

import Primitives
public import Reactor

extension Server {
  /// Accepts clients from a listener from now on. Doors are numbered from 0, in the order they
  /// open.
  ///
  /// - Parameter isSecured: whether its clients use TLS, provided the server has an identity.
  public mutating func open(
    _ listener: consuming Listener, isSecured: Bool, _ poller: borrowing Poller
  ) {
    let fd = listener.fd
    let door = doors.insert(Door(listener, isSecured: isSecured))
    let isWatched = poller.register(
      fd, token: UInt64(door.index), interest: [.readable, .edgeTriggered])
    precondition(isWatched, "a new poller has room for a descriptor")
    knocks |= 1 << Int(door.index)
  }

  /// Whether a client can be let in before the next wait.
  var mayAccept: Bool {
    guard knocks != 0, acceptAgain == .never else { return false }
    for index in 0..<doors.places where knocks & 1 << index != 0 && !isFull(index) { return true }
    return false
  }

  /// Whether no place is left for clients of this door.
  private func isFull(_ door: Int) -> Bool {
    door == 0 ? connections.count >= bounds.connections : connections.isFull
  }

  /// Lets in the clients that wait at the doors, a bounded number at each.
  public mutating func accept(_ poller: borrowing Poller) {
    precondition(!hasNotices, "who is gone is told before places are given away")
    guard mayAccept else { return }
    for index in 0..<doors.places {
      if let door = doors.ticket(at: index), !isFull(index) { accept(at: door, poller) }
    }
  }

  private mutating func accept(at door: Ticket, _ poller: borrowing Poller) {
    for _ in 0..<bounds.acceptsPerTick where isKnocked(door) {
      if isFull(Int(door.index)) {
        counters.placesExhausted += 1
        return
      }
      switch doors[door].listener.accept() {
      case .connection(let socket, _): welcome(socket, at: door, poller)
      case .none: knocks &= ~(1 << Int(door.index))
      case .transient: break
      case .exhausted:
        // Nothing can be accepted until a descriptor is free; trying again at once would spin.
        counters.exhaustions += 1
        acceptAgain = now + bounds.exhaustionPause
        return
      }
    }
  }

  private func isKnocked(_ door: Ticket) -> Bool { knocks & 1 << Int(door.index) != 0 }

  private mutating func welcome(
    _ socket: consuming Socket, at door: Ticket, _ poller: borrowing Poller
  ) {
    let fd = socket.fd
    let transport = doors[door].isSecured ? secured(socket) : Transport(plain: socket)
    let client = connections.insert(Connection(transport, door: Int(door.index)))
    guard poller.register(fd, token: Self.token(client), interest: .connection) else {
      counters.exhaustions += 1
      connections.discard(client)
      return
    }
    counters.accepted += 1
    let isHandshaking = connections[client].phase == .handshaking
    timers.set(client.index, at: now + (isHandshaking ? bounds.handshake : idleBound))
  }

  private func secured(_ socket: consuming Socket) -> Transport {
    switch identity {
    case .some(let context): Transport(server: socket, context: context)
    case .none: Transport(plain: socket)
    }
  }

  // MARK: Closing

  /// Lets in every client that waits, as far as places and descriptors allow, closes the doors, and
  /// ends connections without a request. Requests that have arrived by now are served, even if this
  /// tick has not read them yet. A connection that has had no request yet stays open for
  /// `Bounds.linger`, since its client is probably about to send one.
  public mutating func close(_ poller: borrowing Poller) {
    precondition(!hasNotices, "who is gone is told before places are given away")
    isClosing = true
    for index in 0..<doors.places {
      if let door = doors.ticket(at: index) { empty(door, poller) }
    }
    for index in 0..<connections.places {
      guard let client = connections.ticket(at: index) else { continue }
      switch connections[client].phase {
      case .idle:
        connections[client].isReadable = true
        enqueue(client)
      case .handshaking: timers.set(client.index, at: now + idleBound)
      default: break
      }
    }
  }

  private mutating func empty(_ door: Ticket, _ poller: borrowing Poller) {
    knocks |= 1 << Int(door.index)
    while isKnocked(door), !isFull(Int(door.index)), mayAccept { accept(at: door, poller) }
    knocks &= ~(1 << Int(door.index))
    poller.remove(doors[door].listener.fd)
    doors.discard(door)
  }

  /// Ends a client's connection once the doors are closed, unless it has more to ask, or has yet to
  /// ask for the first time.
  mutating func leave(_ client: Ticket) {
    guard connections[client].phase == .idle, !connections[client].isQueued else { return }
    if connections[client].wasAnswered { return drop(client) }
    timers.set(client.index, at: now + idleBound)
  }

  /// How long a connection may stay open without a request.
  var idleBound: TimeSpan { isClosing ? bounds.linger : bounds.idle }
}
