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
    large.note(size, of: operations[handle].id, in: operations[handle].slot)
  }

  /// Makes those due that wait for their turn: an answer has made room.
  mutating func wakeLarge(at now: Instant) {
    guard awaitingTurns > 0 else { return }
    for place in 0..<parked.count where parked[place].awaitsTurn {
      parked[place].due = now
      parkedDue = now
    }
    check(at: parkedDue)
  }
}
