// Detects event loops that hang. At each look every worker is sent a message, which its loop
// answers with a beat on its board. If a worker has not answered by the second look after that, the
// gateway hangs, and `/livez` says so. The service manager is notified only while all workers
// answer, and restarts the process if it hears nothing for long enough.

import Primitives
import Reactor

/// Watches the event loops.
struct Watchdog {
  private let manager: ServiceManager?
  private let inboxes: [Inbox]
  private let state: GatewayState
  private let pause: TimeSpan
  private var asked = 0
  private var misses = 0
  private var next: Instant

  /// A watchdog; it also notifies the service manager if that wants it.
  init(
    _ manager: ServiceManager?, _ inboxes: [Inbox], _ state: GatewayState, at now: Instant
  ) {
    self.manager = manager?.watchdog == nil ? nil : manager
    self.inboxes = inboxes
    self.state = state
    // At least three looks in the time that the manager waits, since one may fall on a busy moment.
    let third = manager?.watchdog.map { TimeSpan(nanoseconds: $0.nanoseconds / 3) }
    pause = min(.seconds(5), third ?? .seconds(5))
    next = now
  }

  /// The time until the next look.
  func wait(at now: Instant) -> TimeSpan { next - now }

  /// Looks, if it is time to.
  mutating func look(at now: Instant) {
    guard next <= now else { return }
    next = now + pause
    if state.boards.allSatisfy({ $0.value(.beats) >= asked }) {
      misses = 0
      manager?.beat()
      asked += 1
      for inbox in inboxes { inbox.put(.beat) }
    } else {
      misses += 1
    }
    // One miss means nothing: after a suspension of the whole process this thread may be the first
    // to continue.
    state.hangs = misses > 1
  }
}
