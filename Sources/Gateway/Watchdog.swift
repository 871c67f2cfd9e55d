// Whether all event loops turn. At each look every loop is sent a message, which it answers by a beat on
// its board; whoever has not answered by the next look hangs. The service manager is told that all is
// well only while nobody does, and starts the process anew when it hears nothing for long enough.

import Primitives
import Reactor

/// Looks after the event loops for a service manager.
struct Watchdog {
  private let manager: ServiceManager
  private let inboxes: [Inbox]
  private let boards: [WorkerBoard]
  private let pause: TimeSpan
  private var asked = 0
  private var next: Instant

  /// A watchdog; nil where nobody wants one.
  init?(
    _ manager: ServiceManager?, _ inboxes: [Inbox], _ boards: [WorkerBoard], at now: Instant
  ) {
    guard let manager, let watchdog = manager.watchdog else { return nil }
    self.manager = manager
    self.inboxes = inboxes
    self.boards = boards
    // Three looks in the time that the manager waits: one may fall on a busy moment.
    pause = TimeSpan(nanoseconds: watchdog.nanoseconds / 3)
    next = now
  }

  /// How long until the next look.
  func wait(at now: Instant) -> TimeSpan { next - now }

  /// Looks, if it is time.
  mutating func look(at now: Instant) {
    guard next <= now else { return }
    next = now + pause
    if boards.allSatisfy({ $0.value(.beats) >= asked }) {
      manager.beat()
      asked += 1
      for inbox in inboxes { inbox.put(.beat) }
    }
  }
}
