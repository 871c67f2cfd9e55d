// Whether all event loops turn. At each look every loop is sent a message, which it answers by a beat on
// its board; whoever has not answered by the next look but one hangs, which `/livez` tells. A service manager
// is told that all is well only while everybody answers, and starts the process anew when it hears nothing
// for long enough.

import Primitives
import Reactor

/// Looks after the event loops.
struct Watchdog {
  private let manager: ServiceManager?
  private let inboxes: [Inbox]
  private let state: GatewayState
  private let pause: TimeSpan
  private var asked = 0
  private var misses = 0
  private var next: Instant

  /// A watchdog, for a service manager too if one wants it.
  init(
    _ manager: ServiceManager?, _ inboxes: [Inbox], _ state: GatewayState, at now: Instant
  ) {
    self.manager = manager?.watchdog == nil ? nil : manager
    self.inboxes = inboxes
    self.state = state
    // Three looks in the time that the manager waits, at least: one may fall on a busy moment.
    let third = manager?.watchdog.map { TimeSpan(nanoseconds: $0.nanoseconds / 3) }
    pause = min(.seconds(5), third ?? .seconds(5))
    next = now
  }

  /// How long until the next look.
  func wait(at now: Instant) -> TimeSpan { next - now }

  /// Looks, if it is time.
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
    // One miss is nothing: after a halt of the whole process this thread may be the first to go on.
    state.hangs = misses > 1
  }
}
