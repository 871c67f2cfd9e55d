// The end of a worker that was told to drain.
//
//   told ──grace──► doors close ──nobody left, or the drain timeout──► end
//
// During the grace everything is served as before, new connections too, but each answer ends its
// connection: balancers see /readyz at 503 and stop sending, and whoever reconnects meets another
// gateway. Where two processes share a port, the kernel hands connections to both until then; those
// that wait in the queue of a listener that is closed are reset, so the queue is emptied first.

import Primitives
import Reactor

extension Worker where Store: ~Copyable {
  /// From now on connections end with their answers, and who waits for a lock is refused.
  mutating func drain(after grace: TimeSpan) {
    guard drainDeadline == nil else { return }
    drainDeadline = moment.instant + plan.drainTimeout
    doorsClose = moment.instant + min(grace, plan.drainTimeout)
    refuseWaiters()
  }

  /// Lets in who waits at the doors, closes them, and ends connections that ask for nothing. What
  /// has come by now is served, though this tick may not have read it yet. A connection that never
  /// asked has a client that is about to.
  mutating func leaveDoors() {
    doorsClose = .never
    emptyDoors()
    for index in 0..<clients.places {
      guard let client = clients.ticket(at: index) else { continue }
      switch clients[client].phase {
      case .idle:
        clients[client].isReadable = true
        receive(client)
        guard clients.contains(client), !clients[client].isPostponed else { continue }
        if clients[client].phase == .idle { leave(client) }
      case .handshaking: timers.set(client.index, at: moment.instant + idlePatience)
      case .lingering: drop(client)
      default: break
      }
    }
  }

  private mutating func leave(_ client: Ticket) {
    if clients[client].hasAsked {
      drop(client)
    } else {
      timers.set(client.index, at: moment.instant + idlePatience)
    }
  }

  /// How long a connection may stay open without a request.
  var idlePatience: TimeSpan {
    drainDeadline == nil || doorsClose != .never ? bounds.idle : bounds.linger
  }
}
