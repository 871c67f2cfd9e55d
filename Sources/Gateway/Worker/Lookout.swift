// Up to when everything that had arrived has been read. Deadlines are judged by that time, however
// long the process was suspended since: bytes that came in time may be behind one wait's events or
// one tick's bytes, and must not be called late.
//
//   wait ──events──► read ──all of them──► readUpTo = when the first of these waits began
//     ▲                │
//     └──more is left──┘
//
// The kernel reports descriptors in turn, so as many events as there are descriptors cover all of
// them. Under a load that never ends, one second must do, or deadlines would be judged ever later.

import Primitives
import Reactor

/// How far a worker's reading has come.
struct Lookout {
  /// Everything that had arrived by then has been read.
  private(set) var readUpTo: Instant
  /// When the first of the waits began whose events have not all been read yet.
  private var since: Instant
  /// How many events those waits reported; a wait without any counts as one.
  private var events = 0

  /// Nothing has arrived before `now`.
  init(at now: Instant) {
    readUpTo = now
    since = now
  }

  /// A wait begins, right after the tick that ended at `tickEnd`.
  mutating func wait(from tickEnd: Instant) {
    if events == 0 { since = tickEnd }
  }

  /// The wait reported `count` events.
  mutating func note(_ count: Int) { events += max(count, 1) }

  /// The tick has read what it may.
  ///
  /// - Parameters:
  ///   - isAll: whether the wait reported all events that there were, and nothing is left of them.
  ///   - connections: how many descriptors there are, about.
  mutating func settle(isAll: Bool, connections: Int, at now: Instant) {
    let isCovered = isAll || events > connections + Poller.capacity
    guard isCovered || now - since > .seconds(1) else { return }
    readUpTo = since
    events = 0
  }
}
