// The end of a worker that was told to drain.
//
//   told ──grace──► doors close ──no clients left, or the drain timeout──► end
//
// During the grace everything is served as before, new connections included, but each answer closes
// its connection. Balancers see 503 at /readyz and stop sending, and clients that reconnect reach
// another gateway. If two processes share a port, the kernel gives connections to both until the
// doors close. Connections that wait in the queue of a listener are reset when it is closed, so the
// queue is emptied first.

import Primitives
import Reactor
import Server

extension Worker where Store: ~Copyable {
  /// Whether it was told to drain.
  var isDraining: Bool { drainDeadline != .never }

  /// From now on each answer closes its connection, and clients that wait for a lock are refused.
  mutating func drain(after grace: TimeSpan) {
    if isDraining { return }
    drainDeadline = moment.instant + drainTimeout
    doorsClose = moment.instant + min(grace, drainTimeout)
    refuseWaiters()
  }

  /// Closes the doors, and ends, when it is time to.
  mutating func drainOn() {
    if doorsClose <= moment.instant { leaveDoors() }
    guard isDraining else { return }
    let isAlone = server.count == 0 && doorsClose == .never
    if isAlone || drainDeadline <= moment.instant { isStopped = true }
  }

  /// Accepts the connections that wait at the doors, closes the doors, and ends connections without
  /// a request.
  mutating func leaveDoors() {
    doorsClose = .never
    server.close(poller)
    serve()
  }
}
