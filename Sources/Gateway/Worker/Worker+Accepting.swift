// How clients come in: a bounded number a tick, as long as there are places and descriptors.

import Primitives
import Reactor

extension Worker where Store: ~Copyable {
  /// Whether there is somebody to let in before the next wait.
  var mayAccept: Bool {
    guard !clients.isFull, acceptAgain == .never else { return false }
    return isKnocked(entrance) || isKnocked(operatorsEntrance)
  }

  private func isKnocked(_ doorway: borrowing Doorway?) -> Bool {
    switch doorway {
    case .some(let doorway): doorway.mayAccept
    case .none: false
    }
  }

  /// Lets in who waits at either door.
  mutating func acceptSome() {
    guard mayAccept else { return }
    if var doorway = entrance.take() {
      acceptSome(at: &doorway)
      entrance = consume doorway
    }
    if var doorway = operatorsEntrance.take() {
      acceptSome(at: &doorway)
      operatorsEntrance = consume doorway
    }
  }

  private mutating func acceptSome(at doorway: inout Doorway) {
    for _ in 0..<bounds.acceptsPerTick where doorway.mayAccept {
      if clients.isFull { return board.count(.connections) }
      switch doorway.listener.accept() {
      case .connection(let socket, _): welcome(socket, by: doorway.purpose)
      case .none: doorway.mayAccept = false
      case .transient: break
      case .exhausted:
        // Nothing can be accepted until a descriptor is free; asking at once would spin.
        board.count(.descriptors)
        acceptAgain = moment.instant + bounds.exhaustionPause
        return
      }
    }
  }

  private mutating func welcome(_ socket: consuming Socket, by purpose: Doorway.Purpose) {
    let fd = socket.fd
    let client: Ticket
    if clientContext != nil, purpose != .operators {
      client = clients.insert(Client(secured(socket), purpose))
    } else {
      client = clients.insert(Client(Transport(plain: socket), purpose))
    }
    guard poller.register(fd, token: Token.client(client), interest: .connection) else {
      board.count(.descriptors)
      clients.discard(client)
      return
    }
    board.add(1, to: .connectionsAccepted)
    let patience = clients[client].phase == .handshaking ? bounds.handshake : idlePatience
    timers.set(client.index, at: moment.instant + patience)
  }

  private func secured(_ socket: consuming Socket) -> Transport {
    switch clientContext {
    case .some(let context): Transport(server: socket, context: context)
    case .none: Transport(plain: socket)
    }
  }

  /// Lets in all who wait, as far as there are places and descriptors, and closes the doors.
  mutating func emptyDoors() {
    if var doorway = entrance.take() { empty(&doorway) }
    if var doorway = operatorsEntrance.take() { empty(&doorway) }
  }

  private mutating func empty(_ doorway: inout Doorway) {
    doorway.mayAccept = true
    while doorway.mayAccept, !clients.isFull, acceptAgain == .never { acceptSome(at: &doorway) }
    poller.remove(doorway.listener.fd)
  }
}
