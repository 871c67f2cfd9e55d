// What error answers mean beyond their operation: they are counted, and what they show about a node
// is kept and reported.

import Primitives
import Redis

extension ClusterStore {
  /// A node answered with an error.
  mutating func note(_ error: RedisError, of link: Link, at now: Instant) {
    let kind = ErrorKind(error)
    counters.errors[kind] += 1
    nodes[link].tally.errors[kind] += 1
    guard kind.isState else { return }
    if kind.endsService, nodes[link].probe.verdict != .refusing {
      nodes[link].probe.isCalledFor = true
      check(at: now)
    }
    if nodes[link].refusals.meet(kind, at: now) {
      events.append(.nodeRefuses(nodes[link].endpoint, kind))
    }
    check(at: nodes[link].refusals.end)
  }

  /// Reports which refusals of a node are over.
  mutating func expireRefusals(of link: Link, at now: Instant) {
    for kind in nodes[link].refusals.expire(at: now) {
      events.append(.nodeAccepts(nodes[link].endpoint, kind))
    }
    check(at: nodes[link].refusals.end)
  }
}
