// What is counted for exchanges besides their answers: how many are in progress, locks, and bounds
// that clients met.

import API
import HTTP
import Primitives
import Server
import Sessions

extension Worker where Store: ~Copyable {
  /// A request's head has arrived.
  mutating func beginExchange(_ client: Ticket) {
    clients[client].isInFlight = true
    inFlight += 1
  }

  /// Its answer is made, or its client is gone.
  mutating func endExchange(_ client: Ticket) {
    guard clients[client].isInFlight else { return }
    clients[client].isInFlight = false
    clients[client].operation = .none
    clients[client].batch = nil
    inFlight -= 1
  }

  /// Writes the clients' counts to the board.
  func publish() {
    board.set(.connections, server.count)
    board.set(.inFlight, inFlight)
    board.set(.clientBytes, server.clientBytes)
    board.publish(server.counters)
  }

  /// Counts the outcome of a command on a lock.
  func count(_ client: Ticket, _ outcome: Outcome) {
    switch outcome {
    case .locked: board.add(1, to: .locksAcquired)
    case .lockHeld: board.add(1, to: .locksRefused)
    case .lockLost: board.add(1, to: .locksLost)
    case .renewed: board.add(1, to: .locksRenewed)
    case .unlocked: board.add(1, to: .locksReleased)
    case .replaced, .deleted:
      if clients[client].releasesLock { board.add(1, to: .locksReleased) }
    default: break
    }
  }
}

extension WorkerBoard.Bound {
  /// The bound that a problem reports; nil if it reports something else.
  init?(_ problem: Problem) {
    switch problem {
    case .bodyTooLarge: self = .bodySize
    case .refusal(let refusal) where refusal.status == 414: self = .targetSize
    case .refusal(let refusal) where refusal.status == 431: self = .fieldSize
    default: return nil
    }
  }
}
