// What is large takes turns. Whatever comes behind a large command or answer on a connection has to wait
// for it, a millisecond or several for each MiB: so many bytes of large ones are under way with a node,
// and the others are parked until an answer makes room, while small ones go at once.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// How many bytes a command occupies its connection with, if they are many: those it writes, or those
  /// that it is known to bring. Else 0.
  mutating func weight(of command: borrowing SessionCommand, in slot: UInt16) -> Int {
    let known = large.size(of: command.id, in: slot)
    switch command.verb {
    case .get, .peek, .lock: return known
    case .put:
      let size = command.payload.count
      let isLarge = size >= LargeSessions.least
      if isLarge || known > 0 { large.note(size, of: command.id, in: slot) }
      return isLarge ? size : 0
    case .inspect, .touch, .delete, .renew, .unlock: return 0
    }
  }

  /// Notes how large the session is that an operation has found.
  mutating func noteSize(_ size: Int, foundBy handle: Ticket) {
    guard size >= LargeSessions.least || operations[handle].weight > 0 else { return }
    large.note(size, of: ids[handle], in: operations[handle].slot)
  }

  // MARK: Turns

  /// Whether an operation that weighs so much has to wait for its turn at a node: there is no room for
  /// it, or others wait already, which would never go if lighter ones passed them.
  func mustWait(_ weight: Int, for link: Link) -> Bool {
    weight > 0 && (nodes[link].isAwaited || !nodes[link].pipeline.admits(weight))
  }

  /// Parked operations are looked at in order, from the first on: nobody is known to wait.
  mutating func beginTurns() {
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index) { nodes[link].isAwaited = false }
    }
  }

  /// Whether a parked operation with so many bytes of commands still waits for its turn. Where there is no
  /// room for it among those that do, it goes whether or not it is its turn, and the oldest is asked first.
  mutating func keepsWaiting(_ handle: Ticket, with bytes: Int, for link: Link) -> Bool {
    guard mustWait(operations[handle].weight, for: link), hasTurnRoom(for: bytes) else {
      return false
    }
    nodes[link].isAwaited = true
    return true
  }

  /// Whether one more may wait for its turn, with so many bytes of commands. This room is apart from that
  /// of those that have nowhere to go.
  func hasTurnRoom(for bytes: Int) -> Bool {
    let limits = configuration.limits
    return awaitingTurns < limits.awaitingTurns && awaitingBytes + bytes <= limits.awaitingBytes
  }

  /// Looks at those that wait for their turn: an answer has made room.
  mutating func wakeLarge(at now: Instant) {
    guard awaitingTurns > 0 else { return }
    parkedDue = now
    check(at: now)
  }
}
