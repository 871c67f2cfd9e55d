// What a connected node says that it cannot do now: its cluster is down, it reads its data, its memory
// is used up. That is a state of the node, although it shows in answers to requests, so the log is told
// twice: when it begins, and when it has not been met for `quiet`. Bounded by the kinds there are.
//
// Rejected: a success as the end. A node without memory still answers reads: every second request would
// be a line.

import Primitives
import Redis

/// The refusals that a node was met with lately.
struct Refusals {
  /// How long one is not met until it is over.
  static let quiet = TimeSpan.seconds(10)

  private var met: [ErrorKind: Instant] = [:]

  /// Which there are, in the order of their words.
  var kinds: [ErrorKind] { met.keys.sorted { $0.rawValue < $1.rawValue } }

  /// When the first of them may be over; never when there is none.
  var end: Instant { met.values.min().map { $0 + Self.quiet } ?? .never }

  /// Notes that one was met, and says whether it begins.
  mutating func meet(_ kind: ErrorKind, at now: Instant) -> Bool {
    met.updateValue(now, forKey: kind) == nil
  }

  /// Forgets those that are over, and says which.
  mutating func expire(at now: Instant) -> [ErrorKind] {
    guard end <= now else { return [] }
    let over = kinds.filter { met[$0]! + Self.quiet <= now }
    for kind in over { met[kind] = nil }
    return over
  }
}
