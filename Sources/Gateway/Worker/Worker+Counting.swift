// What is counted of exchanges besides their answers: how many are under way, locks, and bounds that
// their clients met.

import API
import HTTP
import Primitives
import Sessions

extension Worker where Store: ~Copyable {
  /// A request's head has come.
  mutating func beginExchange(_ client: Ticket) {
    clients[client].isInFlight = true
    inFlight += 1
  }

  /// Its answer is made, or its client is gone.
  mutating func endExchange(_ client: Ticket) {
    guard clients[client].isInFlight else { return }
    clients[client].isInFlight = false
    inFlight -= 1
  }

  /// Counts what became of a lock.
  func count(_ client: Ticket, _ outcome: Outcome) {
    switch outcome {
    case .locked: board.add(1, to: .locksAcquired)
    case .lockHeld: board.add(1, to: .locksRefused)
    case .lockLost: board.add(1, to: .locksLost)
    case .renewed: board.add(1, to: .locksRenewed)
    case .unlocked: board.add(1, to: .locksReleased)
    default: break
    }
  }
}

extension WorkerBoard.Bound {
  /// The bound that a problem tells of; nil when it tells of something else.
  init?(_ problem: Problem) {
    switch problem {
    case .bodyTooLarge, .refusal(.bodyTooLarge): self = .bodySize
    case .refusal(let refusal) where refusal.status == 414: self = .targetSize
    case .refusal(let refusal) where refusal.status == 431: self = .fieldSize
    default: return nil
    }
  }
}
