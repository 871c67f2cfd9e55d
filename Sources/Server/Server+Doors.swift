// How clients come in: a bounded number a turn, as long as there are places and descriptors.

import Primitives
public import Reactor

extension Server {
  /// Lets clients come in by a listener from now on; doors count from 0.
  ///
  /// - Parameter isSecured: whether they are encrypted, where the server has an identity.
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

  /// Whether there is somebody to let in before the next wait.
  var mayAccept: Bool {
    guard knocks != 0, acceptAgain == .never else { return false }
    for index in 0..<doors.places where knocks & 1 << index != 0 && !isFull(index) { return true }
    return false
  }

  /// Whether nobody has a place who comes by a door.
  private func isFull(_ door: Int) -> Bool {
    door == 0 ? connections.count >= bounds.connections : connections.isFull
  }

  /// Lets in who waits at the doors.
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
        counters.fullHouses += 1
        return
      }
      switch doors[door].listener.accept() {
      case .connection(let socket, _): welcome(socket, at: door, poller)
      case .none: knocks &= ~(1 << Int(door.index))
      case .transient: break
      case .exhausted:
        // Nothing can be accepted until a descriptor is free; asking at once would spin.
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
    timers.set(client.index, at: now + (isHandshaking ? bounds.handshake : idlePatience))
  }

  private func secured(_ socket: consuming Socket) -> Transport {
    switch identity {
    case .some(let context): Transport(server: socket, context: context)
    case .none: Transport(plain: socket)
    }
  }

  // MARK: Closing

  /// Lets in all who wait, as far as there are places and descriptors, closes the doors, and ends
  /// connections that ask for nothing. What has come by now is served, though this turn may not have
  /// read it yet. A connection that never asked has a client that is about to.
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
      case .handshaking: timers.set(client.index, at: now + idlePatience)
      case .lingering: drop(client)
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

  /// The doors are closed, and a client was served: it leaves unless it asks for more.
  mutating func leave(_ client: Ticket) {
    guard connections[client].phase == .idle, !connections[client].isQueued else { return }
    if connections[client].hasAsked { return drop(client) }
    timers.set(client.index, at: now + idlePatience)
  }

  /// How long a connection may stay open without a request.
  var idlePatience: TimeSpan { isClosing ? bounds.linger : bounds.idle }
}
