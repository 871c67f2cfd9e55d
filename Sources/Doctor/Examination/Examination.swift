// Turns facts into findings, without a clock, network or files. Each subject has a function of its
// own. What could not be examined because a right is missing is a warning that names the right to
// grant, never a failure.

import Primitives

/// The doctor's judgement of the facts.
public struct Examination: Sendable {
  let facts: Facts

  /// An examination of `facts`.
  public init(_ facts: Facts) { self.facts = facts }

  /// All findings, in the order in which an operator would ask.
  public var findings: [Finding] {
    var findings = [descriptors()] + certificates() + tokens() + memory()
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

  /// The nodes that were reached.
  static func reached(_ redis: RedisFacts) -> [NodeFacts] {
    redis.nodes.filter { $0.reach == .reached }
  }

  /// The nodes grouped by `key`, in the order in which each key first occurs. Nodes without a key
  /// are left out.
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

  /// A warning if nodes refused the question about `what`, with the right to grant.
  static func forbidden<Value>(
    _ subject: Subject, _ redis: RedisFacts, _ what: String, right: String,
    _ answer: (NodeFacts) -> Known<Value>
  ) -> [Finding] {
    let nodes = reached(redis).filter { answer($0).isForbidden }.map(\.address)
    return nodes.isEmpty ? [] : [unread(subject, redis, what, right: right, on: nodes)]
  }

  /// A warning that `what` could not be read, with the right to grant.
  static func unread(
    _ subject: Subject, _ redis: RedisFacts, _ what: String, right: String, on nodes: [String] = []
  ) -> Finding {
    .warn(
      subject, "\(what) cannot be read", on: nodes,
      remedy: "To examine it: ACL SETUSER \(redis.expected.user) \(right)")
  }
}
