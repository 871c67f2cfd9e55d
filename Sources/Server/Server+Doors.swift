// How clients come in: a bounded number per tick, as long as there are places and descriptors.

import Primitives
public import Reactor

extension Server {
  /// Accepts clients from a listener from now on.
  public mutating func open(
    _ listener: consuming Listener, for door: Door, _ poller: borrowing Poller
  ) {
    let fd = listener.fd
    let opened = doors.insert(OpenDoor(listener, for: door))
    let isWatched = poller.register(
      fd, token: UInt64(opened.index), interest: [.readable, .edgeTriggered])
    precondition(isWatched, "a new poller has room for a descriptor")
    noteKnock(at: opened)
  }

  /// Connections may wait in the kernel's queue of this door.
  mutating func noteKnock(at door: Ticket) {
    doors[door].hasKnocks = true
    hasKnocks = true
  }

  /// Whether a client can be let in before the next wait.
  var mayAccept: Bool {
    guard hasKnocks else { return false }
    var place = 0
    while let door = doors.next(&place) {
      if mayAccept(at: door) { return true }
    }
    return false
  }

  private func mayAccept(at door: Ticket) -> Bool {
    acceptAgain == .never && doors[door].hasKnocks && !isFull(doors[door].door)
  }

  /// Whether no place is left for clients of this door.
  private func isFull(_ door: Door) -> Bool {
    switch door {
    case .callers: connections.count >= bounds.connections
    case .operators: connections.isFull
    }
  }

  /// Lets in the clients that wait at the doors, a bounded number at each.
  public mutating func accept(_ poller: borrowing Poller) {
    precondition(!hasNotices, "who is gone is told before places are given away")
    guard hasKnocks else { return }
    hasKnocks = false
    var place = 0
    while let door = doors.next(&place) {
      if mayAccept(at: door) { accept(at: door, poller) }
      if doors[door].hasKnocks { noteFullHouse(at: door) }
      if doors[door].hasKnocks { hasKnocks = true }
    }
  }

  /// Counts that clients wait at a door because no place is free, again and again while they do: those
  /// that came last tell nothing of how long the first have waited. Whether anybody waits, only the
  /// kernel knows: whoever took the last place may have been the last to knock.
  private mutating func noteFullHouse(at door: Ticket) {
    guard isFull(doors[door].door), countFullAgain <= now else { return }
    guard doors[door].listener.isAwaited else {
      doors[door].hasKnocks = false
      return
    }
    counters.placesExhausted += 1
    countFullAgain = now + bounds.fullPause
  }

  private mutating func accept(at door: Ticket, _ poller: borrowing Poller) {
    for _ in 0..<bounds.acceptsPerTick where doors[door].hasKnocks {
      if isFull(doors[door].door) { return }
      switch doors[door].listener.accept() {
      case .connection(let socket): welcome(socket, at: door, poller)
      case .none: doors[door].hasKnocks = false
      case .transient: break
      case .exhausted:
        // Nothing can be accepted until a descriptor is free; trying again at once would spin.
        counters.exhaustions += 1
        acceptAgain = now + bounds.exhaustionPause
        return
      }
    }
  }

  private mutating func welcome(
    _ socket: consuming Socket, at door: Ticket, _ poller: borrowing Poller
  ) {
    let fd = socket.fd
    let door = doors[door].door
    let transport = door == .callers ? secured(socket) : Transport(plain: socket)
    let client = connections.insert(Connection(transport, door: door))
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
    // Whether there are descriptors is found out once more: there is no later.
    acceptAgain = .never
    var place = 0
    while let door = doors.next(&place) { empty(door, poller) }
    hurryIdle()
  }

  /// Lets clients without a request ask at once, or leave.
  private mutating func hurryIdle() {
    var place = 0
    while let client = connections.next(&place) {
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
    noteKnock(at: door)
    while mayAccept(at: door) { accept(at: door, poller) }
    poller.remove(doors[door].listener.fd)
    doors.discard(door)
  }

  /// Ends a client's connection once the doors are closed, unless it has more to ask, or has yet to
  /// ask for the first time.
  mutating func leave(_ client: Ticket) {
    guard connections[client].phase == .idle, !connections[client].isQueued else { return }
    if connections[client].wasAnswered { return drop(client) }
    let end = now + idleBound
    if let set = timers.deadline(of: client.index), set <= end { return }
    timers.set(client.index, at: end)
  }

  /// How long a connection may stay open without a request.
  var idleBound: TimeSpan { isClosing ? bounds.linger : bounds.idle }
}
