// From facts to findings: no clock, no network, no files. Each subject has a function of its own;
// what could not be seen for want of a right is a warning with the right to grant, never a failure.

import Primitives

/// The doctor's judgement.
public struct Examination: Sendable {
  let facts: Facts

  /// An examination of `facts`.
  public init(_ facts: Facts) { self.facts = facts }

  /// Everything that can be said, in the order in which an operator would ask.
  public var findings: [Finding] {
    var findings = [descriptors()] + certificates() + tokens() + embedded()
    guard let redis = facts.redis else { return findings }
    findings += seeds(redis) + nodes(redis) + credentials(redis) + tls(redis)
    guard redis.nodes.contains(where: { $0.reach == .reached }) else { return findings }
    findings += commands(redis) + version(redis)
    if redis.isCluster == true {
      findings += cluster(redis) + slots(redis) + replicas(redis) + hosts(redis)
      findings += nodeTimeout(redis)
    }
    findings += maxmemory(redis) + eviction(redis) + headroom(redis) + persistence(redis)
    findings += clock(redis) + latency(redis)
    return findings
  }

  /// The worst verdict of `findings`.
  public static func verdict(of findings: [Finding]) -> Verdict {
    findings.map(\.verdict).max() ?? .ok
  }

  /// The nodes that were asked.
  static func reached(_ redis: RedisFacts) -> [NodeFacts] {
    redis.nodes.filter { $0.reach == .reached }
  }

  /// The nodes in groups by what `key` says of them, in the order in which it was first said; nodes
  /// of which it says nothing are left out.
  static func groups<Key: Hashable>(
    _ nodes: [NodeFacts], by key: (NodeFacts) -> Key?
  ) -> [(key: Key, nodes: [String])] {
    var groups: [(key: Key, nodes: [String])] = []
    for node in nodes {
      guard let said = key(node) else { continue }
      if let place = groups.firstIndex(where: { $0.key == said }) {
        groups[place].nodes.append(node.address)
      } else {
        groups.append((said, [node.address]))
      }
    }
    return groups
  }

  /// A warning when nodes did not let themselves be asked with `words`, and the right to grant.
  static func forbidden<Value>(
    _ subject: Subject, _ redis: RedisFacts, _ what: String, right: String,
    _ answer: (NodeFacts) -> Known<Value>
  ) -> [Finding] {
    let nodes = reached(redis).filter { answer($0).isForbidden }.map(\.address)
    return nodes.isEmpty ? [] : [unread(subject, redis, what, right: right, on: nodes)]
  }

  /// A warning that something could not be examined, and the right to grant.
  static func unread(
    _ subject: Subject, _ redis: RedisFacts, _ what: String, right: String, on nodes: [String] = []
  ) -> Finding {
    .warn(
      subject, "\(what) cannot be read", on: nodes,
      remedy: "To have it examined: ACL SETUSER \(redis.wishes.user) \(right)")
  }
}
