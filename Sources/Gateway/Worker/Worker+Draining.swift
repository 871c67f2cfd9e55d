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
import Server

extension Worker where Store: ~Copyable {
  /// From now on connections end with their answers, and who waits for a lock is refused.
  mutating func drain(after grace: TimeSpan) {
    guard drainDeadline == nil else { return }
    drainDeadline = moment.instant + plan.drainTimeout
    doorsClose = moment.instant + min(grace, plan.drainTimeout)
    refuseWaiters()
  }

  /// Closes the doors and ends when it is time for that.
  mutating func drainOn() {
    if doorsClose <= moment.instant { leaveDoors() }
    if let drain = drainDeadline {
      let isAlone = server.count == 0 && doorsClose == .never
      if isAlone || drain <= moment.instant { isStopped = true }
    }
  }

  /// Lets in who waits at the doors, closes them, and ends connections that ask for nothing.
  mutating func leaveDoors() {
    doorsClose = .never
    server.close(poller)
    serve()
  }
}
