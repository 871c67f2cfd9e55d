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

extension ErrorKind {
  /// Whether it says how the node is. Others concern a slot, a key or a script.
  var isState: Bool {
    switch self {
    case .clusterdown, .masterdown, .loading, .readonly, .busy, .noreplicas, .oom, .misconf,
      .noauth, .noperm, .wrongpass, .other:
      true
    case .moved, .ask, .malformedRedirect, .tryagain, .noscript, .wrongtype, .crossslot,
      .execabort, .noCluster:
      false
    }
  }
}

extension ErrorKind {
  /// Whether whoever says it, asked for a key of its own, answers nobody. NOPERM does not count: the gateway's user
  /// may be kept to the keys of its namespaces.
  var endsService: Bool {
    switch self {
    case .clusterdown, .masterdown, .loading, .busy, .noauth: true
    default: false
    }
  }
}

extension ClusterStore {
  /// A node answered with an error.
  mutating func note(_ error: RedisError, of link: Link, at now: Instant) {
    counters.count(error)
    nodes[link].tally.count(error)
    let kind = ErrorKind(error)
    guard kind.isState else { return }
    if kind.endsService, !nodes[link].probe.isRefused {
      nodes[link].probe.isCalledFor = true
      check(at: now)
    }
    if nodes[link].refusals.meet(kind, at: now) {
      events.append(.nodeRefuses(nodes[link].endpoint, kind))
    }
    check(at: nodes[link].refusals.end)
  }

  /// Tells which refusals of a node are over.
  mutating func expireRefusals(of link: Link, at now: Instant) {
    for kind in nodes[link].refusals.expire(at: now) {
      events.append(.nodeAccepts(nodes[link].endpoint, kind))
    }
    check(at: nodes[link].refusals.end)
  }
}
