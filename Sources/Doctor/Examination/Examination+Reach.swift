import Primitives
import Reactor
import Redis

/// Reaching Redis: seeds, nodes, credentials, encryption, rights, version.
extension Examination {
  func seeds(_ redis: RedisFacts) -> [Finding] {
    let lost = redis.seeds.filter { $0.reach != .reached }
    let answering = redis.seeds.count - lost.count
    if lost.isEmpty {
      return [.ok(.seeds, "\(answering) of \(redis.seeds.count) answer")]
    }
    return lost.map { seed in
      let words = Complaint(seed.reach, redis.expected)
      // One seed that answers suffices; without any the gateway finds no node.
      return answering > 0
        ? .warn(.seeds, words.detail, on: [seed.address], remedy: words.remedy)
        : .fail(.seeds, words.detail, on: [seed.address], remedy: words.remedy)
    }
  }

  func nodes(_ redis: RedisFacts) -> [Finding] {
    if redis.nodes.isEmpty {
      return redis.seeds.contains { $0.reach == .reached } ? [Self.noNodes] : []
    }
    if redis.expected.demandsCluster, redis.isCluster == false { return [Self.noCluster] }
    if redis.isCluster == false, redis.seeds.count > 1 { return [Self.severalStores] }
    let lost = redis.nodes.filter { $0.reach != .reached }
    let answering = redis.nodes.count - lost.count
    let idle = idle(redis)
    if lost.isEmpty, idle.isEmpty {
      return [.ok(.nodes, "\(answering) of \(redis.nodes.count) answer")]
    }
    var reaches: [Reach] = []
    for node in lost where !reaches.contains(node.reach) { reaches.append(node.reach) }
    return reaches.map { reach in
      let words = Complaint(reach, redis.expected)
      let nodes = lost.filter { $0.reach == reach }.map(\.address)
      return .fail(.nodes, words.detail, on: nodes, remedy: words.remedy)
    } + idle
  }

  /// Nodes that answer but do not serve: they are loading their data, or they are replicas outside
  /// a cluster, which refuse writes. And a node of a cluster that is taken for a single Redis: it
  /// serves its own slots and redirects the rest, but nobody asks who takes over when a node is
  /// lost.
  private func idle(_ redis: RedisFacts) -> [Finding] {
    var findings: [Finding] = []
    let loading = Self.reached(redis).filter { $0.info.value?["loading"] == "1" }
    if !loading.isEmpty {
      let words = Complaint(.refused(.loading), redis.expected)
      findings.append(
        .fail(.nodes, words.detail, on: loading.map(\.address), remedy: words.remedy))
    }
    let replicas = Self.reached(redis).filter { $0.isPrimary == false }
    if redis.isCluster == false, !replicas.isEmpty {
      findings.append(
        .fail(
          .nodes, "a replica: writes are refused", on: replicas.map(\.address),
          remedy: "Name its primary in --redis, or an address that follows the primary."))
    }
    let members = Self.reached(redis).filter { $0.info.value?["redis_mode"] == "cluster" }
    if redis.isCluster == false, !members.isEmpty {
      findings.append(
        .warn(
          .nodes, "a node of a cluster, but --redis-topology says single",
          on: members.map(\.address),
          remedy: "Leave --redis-topology out: failovers would not be followed."))
    }
    return findings
  }

  private static let noNodes = Finding.fail(
    .nodes, "no node reports the cluster's nodes (CLUSTER SLOTS)",
    remedy: "Form the cluster; allow +cluster|slots. For a single Redis: --redis-topology single.")

  private static let severalStores = Finding.fail(
    .nodes, "--redis names several nodes, but they are not a cluster",
    remedy: "Name the one that has the sessions, or nodes of a cluster (cluster-enabled yes).")

  private static let noCluster = Finding.fail(
    .nodes, "a single Redis, but --redis-topology says cluster",
    remedy: "Use --redis-topology single or auto, or a Redis with cluster-enabled yes.")

  func credentials(_ redis: RedisFacts) -> [Finding] {
    guard redis.nodes.contains(where: { $0.reach == .reached }) else { return [] }
    if redis.expected.hasPassword {
      return [.ok(.credentials, "user \(redis.expected.user) logs in with its password")]
    }
    if redis.expected.isLocal { return [.ok(.credentials, "Redis asks for none, on this machine")] }
    return [
      .warn(
        .credentials, "Redis lets everyone in",
        remedy: "Set requirepass or an ACL user in Redis, then --redis-password-file.")
    ]
  }

  func tls(_ redis: RedisFacts) -> [Finding] {
    let nodes = Self.reached(redis)
    if nodes.isEmpty { return [] }
    guard redis.expected.isEncrypted else {
      if redis.expected.isLocal { return [.ok(.tls, "none, on this machine")] }
      return [
        .warn(
          .tls, "none: password and sessions cross the network in plain text",
          remedy: "Set tls-port in redis.conf, then --redis-tls and --redis-ca.")
      ]
    }
    let lives = Self.groups(nodes) { $0.certificate.map { facts.now.days(until: $0.notAfter) } }
    let versions = Set(nodes.compactMap(\.tlsVersion)).sorted().joined(separator: ", ")
    guard let shortest = lives.min(by: { $0.key < $1.key }) else { return [] }
    let isShort = shortest.key < Self.shortLife
    return [
      Self.life(
        .tls, days: shortest.key, of: "\(versions), certificate verified",
        nodes: isShort ? shortest.nodes : [],
        remedy: "Issue a new one, then CONFIG SET tls-cert-file on each node, or restart it.")
    ]
  }

  func commands(_ redis: RedisFacts) -> [Finding] {
    let all = Self.groups(Self.reached(redis)) { $0.rights }
    let wanting = all.filter { !$0.key.lacking.isEmpty }
    if wanting.isEmpty {
      return all.isEmpty ? [] : [.ok(.commands, "all that the gateway sends are allowed")]
    }
    return wanting.map { rights, nodes in
      let lacking = rights.lacking.joined(separator: " ")
      let some = nodes.count == redis.nodes.count ? [] : nodes
      let remedy = "On each node: ACL SETUSER \(redis.expected.user) \(lacking)"
      let detail = "user \(redis.expected.user) lacks \(lacking)"
      let losses = rights.losses.joined(separator: ", ")
      return rights.suffice
        ? .warn(.commands, "\(detail): \(losses)", on: some, remedy: remedy)
        : .fail(.commands, detail, on: some, remedy: remedy)
    }
  }

  func version(_ redis: RedisFacts) -> [Finding] {
    let forbidden = Self.forbidden(
      .version, redis, "INFO (version, memory, persistence)", right: "+info"
    ) { $0.info }
    let groups = Self.groups(Self.reached(redis)) { node in
      node.info.value?["redis_version"].flatMap(RedisVersion.init)
    }
    let all = groups.map(\.key.description).joined(separator: ", ")
    let wrong = groups.compactMap { version, nodes -> Finding? in
      if version < .oldest {
        return .fail(
          .version, "\(version) has no GETEX", on: nodes, remedy: "Use 7.0.11 or later, 7.2 or 8.2."
        )
      }
      if version.isSupported { return nil }
      return .warn(
        .version, "\(version) is not a supported version", on: nodes,
        remedy: "Use 7.0.11 or later, 7.2 or 8.2.")
    }
    if !wrong.isEmpty { return wrong + forbidden }
    return (groups.isEmpty ? [] : [.ok(.version, "Redis \(all)")]) + forbidden
  }
}
