// What a connected node says it cannot do now: its cluster is down, it is loading its data, its
// memory is used up. That is a state of the node although it shows in replies to requests, so the
// log has two lines for it: when it begins, and when it has not been seen for `quiet`. Bounded by
// the number of kinds.
//
// Rejected: ending it at the first success. A node without memory still answers reads, so every
// other request would be a line.

import Primitives
import Redis

/// The refusals that a node has recently answered with.
struct Refusals {
  /// How long a refusal must not have been seen before it is over.
  static let quiet = TimeSpan.seconds(10)

  private var met: [ErrorKind: Instant] = [:]

  /// The kinds of refusals, in a fixed order.
  var kinds: [ErrorKind] { met.keys.sorted { $0.rawValue < $1.rawValue } }

  /// When the first of them may be over; never if there is none.
  var end: Instant { met.values.min().map { $0 + Self.quiet } ?? .never }

  /// Notes a refusal, and returns whether it is new.
  mutating func meet(_ kind: ErrorKind, at now: Instant) -> Bool {
    met.updateValue(now, forKey: kind) == nil
  }

  /// Forgets those that are over, and returns them.
  mutating func expire(at now: Instant) -> [ErrorKind] {
    guard end <= now else { return [] }
    let over = kinds.filter { met[$0]! + Self.quiet <= now }
    for kind in over { met[kind] = nil }
    return over
  }
}
