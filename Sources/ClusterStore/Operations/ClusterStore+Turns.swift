// Large operations take turns. Whatever follows a large command or reply on a connection has to
// wait for it, a millisecond or more for each MiB. So the bytes of large operations in progress
// with a node are limited; further large ones are parked until a reply makes room, while small ones
// go at once.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// How many bytes of the connection a large command takes: those it writes, or those it is known
  /// to bring back. 0 for a small one.
  mutating func weight(of command: borrowing SessionCommand, in slot: UInt16) -> Int {
    let known = large.size(of: command.id, in: slot)
    switch command.verb {
    case .get, .peek: return known
    case .lock: return command.expectsRefusal ? 0 : known
    case .put:
      let size = command.payload.count
      let isLarge = size >= LargeSessions.least
      if isLarge || known > 0 { large.note(size, of: command.id, in: slot) }
      return isLarge ? size : 0
    case .inspect, .touch, .delete, .renew, .unlock: return 0
    }
  }

  /// Notes the size of the session that an operation found.
  mutating func noteSize(_ size: Int, foundBy handle: Ticket) {
    guard size >= LargeSessions.least || operations[handle].weight > 0 else { return }
    large.note(size, of: ids[handle], in: operations[handle].slot)
  }

  // MARK: Turns

  /// Whether an operation of this weight has to wait its turn at a node: there is no room for it,
  /// or others wait already and would starve if lighter ones overtook them.
  func mustWait(_ weight: Int, for link: Link) -> Bool {
    weight > 0 && (nodes[link].isAwaited || !nodes[link].pipeline.admits(weight))
  }

  /// Starts a pass over the parked operations, from the first on: none is known to wait yet.
  mutating func beginTurns() {
    var place = 0
    while let link = nodes.next(&place) {
      nodes[link].isAwaited = false
    }
  }

  /// Whether a parked operation, with `bytes` of commands, still waits for its turn. When there is
  /// no room to wait, it goes without its turn; the queue is tried from the oldest on.
  mutating func makeWait(_ handle: Ticket, with bytes: Int, for link: Link) -> Bool {
    guard mustWait(operations[handle].weight, for: link), hasTurnRoom(for: bytes) else {
      return false
    }
    nodes[link].isAwaited = true
    return true
  }

  /// Whether one more operation, with `bytes` of commands, may wait for its turn. This room is
  /// separate from that of operations that wait for a node.
  func hasTurnRoom(for bytes: Int) -> Bool {
    let (limits, load) = (configuration.limits, parking.forTurns)
    return load.operations < limits.awaitingTurns && load.bytes + bytes <= limits.awaitingBytes
  }
}
