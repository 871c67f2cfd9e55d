import Primitives
import Redis

/// The cluster's shape: is it complete, and what is lost with a machine?
extension Examination {
  func cluster(_ redis: RedisFacts) -> [Finding] {
    let states = Self.groups(Self.reached(redis)) { $0.clusterInfo.value?["cluster_state"] }
    let failing = states.filter { $0.key != "ok" }.flatMap(\.nodes)
    let unread =
      Self.forbidden(
        .cluster, redis, "CLUSTER INFO", right: "+cluster|info"
      ) { $0.clusterInfo } + hiddenMembers(redis)
    if !failing.isEmpty {
      let all = "Look at CLUSTER NODES: lost primaries, slots without an owner, a lost majority."
      return [.fail(.cluster, "cluster_state is not ok", on: failing, remedy: all)] + unread
    }
    let lost = redis.members.filter(\.isLost)
    let known = lost.map { member in
      let what = member.isPrimary ? "primary of \(Amount.grouped(member.slots)) slots" : "replica"
      let words = "a lost \(what)"
      let remedy = "Start it again, or CLUSTER FORGET it on all nodes."
      return member.slots > 0
        ? Finding.fail(.cluster, words, on: [member.address], remedy: remedy)
        : .warn(.cluster, words, on: [member.address], remedy: remedy)
    }
    if !known.isEmpty { return known + unread }
    if states.isEmpty { return unread }
    let nodes = states.flatMap(\.nodes).count.counted("node")
    return [.ok(.cluster, "state ok on \(nodes)")] + unread
  }

  /// Without CLUSTER NODES, lost nodes and nodes without slots cannot be seen.
  private func hiddenMembers(_ redis: RedisFacts) -> [Finding] {
    guard redis.hidesMembers else { return [] }
    let what = "CLUSTER NODES (lost nodes, nodes without slots)"
    return [Self.unread(.cluster, redis, what, right: "+cluster|nodes")]
  }

  func slots(_ redis: RedisFacts) -> [Finding] {
    let remedy = "Run redis-cli --cluster check, then --cluster fix, or start the lost primary."
    guard let covered = redis.coveredSlots else { return [] }
    if covered < HashSlot.count {
      let missing = HashSlot.count - covered
      return [.fail(.slots, "\(Amount.grouped(missing)) of 16,384 have no owner", remedy: remedy)]
    }
    let failing = Self.reached(redis).filter {
      ($0.clusterInfo.value?.count("cluster_slots_ok") ?? HashSlot.count) < HashSlot.count
    }
    if failing.isEmpty { return [.ok(.slots, "all 16,384 have an owner")] }
    let words = "slots whose owner is suspect or lost"
    return [.warn(.slots, words, on: failing.map(\.address), remedy: remedy)]
  }

  /// Each primary with slots needs a replica that is up, on another machine, and linked.
  func replicas(_ redis: RedisFacts) -> [Finding] {
    let owners = redis.members.filter { $0.isPrimary && $0.slots > 0 }
    var bare: [String] = []
    var together: [String] = []
    for owner in owners {
      let replicas = redis.members.filter { $0.primary == owner.id && !$0.isLost }
      if replicas.isEmpty {
        bare.append(owner.address)
      } else if replicas.allSatisfy({ $0.host == owner.host }) {
        together.append(owner.address)
      }
    }
    let unlinked = Self.reached(redis).filter {
      $0.info.value?["master_link_status"] == "down"
    }.map(\.address)
    var findings: [Finding] = []
    if !bare.isEmpty {
      let remedy =
        "Without one, its sessions are lost with it: redis-cli --cluster add-node --cluster-slave."
      findings.append(.warn(.replicas, "a primary without a replica", on: bare, remedy: remedy))
    }
    if !together.isEmpty {
      let remedy = "They are lost together with their machine: put the replica on another."
      findings.append(
        .warn(.replicas, "no replica on another host", on: together, remedy: remedy))
    }
    if !unlinked.isEmpty {
      let remedy = "Check masterauth, masteruser, tls-replication and the network between them."
      findings.append(
        .warn(.replicas, "not linked to its primary", on: unlinked, remedy: remedy))
    }
    if findings.isEmpty, !owners.isEmpty {
      findings.append(.ok(.replicas, "each primary has one on another host"))
    }
    return findings
  }

  /// Primaries on one machine are lost together; if they are the majority, the cluster is lost too.
  func hosts(_ redis: RedisFacts) -> [Finding] {
    let owners = redis.members.filter { $0.isPrimary && $0.slots > 0 }
    if owners.isEmpty { return [] }
    let byHost = Dictionary(grouping: owners, by: \.host)
    let crowded = byHost.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
    if crowded.isEmpty {
      let primaries = owners.count.counted("primary", several: "primaries")
      return [.ok(.hosts, "\(primaries) on \(byHost.count.counted("host"))")]
    }
    return crowded.map { host, primaries in
      let isMajority = primaries.count * 2 >= owners.count
      let remedy =
        isMajority
        ? "If it is lost, so is the majority, and nothing fails over: CLUSTER FAILOVER on replicas"
          + " elsewhere."
        : "They are lost together: CLUSTER FAILOVER on a replica elsewhere."
      return .warn(
        .hosts, "\(host) has \(primaries.count) of \(owners.count) primaries", remedy: remedy)
    }
  }

  /// Milliseconds: with a shorter timeout the cluster takes slow nodes for lost.
  private static let shortTimeout = 1_000

  /// Milliseconds that a failover takes beyond the timeout at worst, measured by `make chaos`.
  private static let failoverRest = 4_000

  /// A failover must end within the deadline of requests: they wait no longer for it.
  func nodeTimeout(_ redis: RedisFacts) -> [Finding] {
    let unread = Self.forbidden(
      .nodeTimeout, redis, "CONFIG (node timeout, save)", right: "+config|get"
    ) { $0.configuration }
    let groups = Self.groups(Self.reached(redis)) { node in
      node.configuration.value?["cluster-node-timeout"].flatMap(Int.init)
    }
    guard let longest = groups.max(by: { $0.key < $1.key }) else { return unread }
    let detail = groups.map { "\($0.key) ms" }.joined(separator: ", ")
    if groups.count > 1 {
      let remedy = "Set the same on all: CONFIG SET cluster-node-timeout 5000."
      return [.warn(.nodeTimeout, "nodes differ: \(detail)", remedy: remedy)] + unread
    }
    let deadline = Int(redis.expected.deadline.millisecondsRoundedUp)
    if longest.key > deadline - Self.failoverRest {
      let advice = min(5_000, deadline - Self.failoverRest)
      let remedy =
        "A failover takes up to 4 s more, and requests wait \(deadline) ms (--deadline): "
        + (advice >= Self.shortTimeout
          ? "CONFIG SET cluster-node-timeout \(advice)."
          : "a --deadline of \(longest.key + Self.failoverRest) ms or more.")
      return [.warn(.nodeTimeout, detail, remedy: remedy)] + unread
    }
    if longest.key < Self.shortTimeout {
      let remedy = "A short pause becomes a failover: CONFIG SET cluster-node-timeout 5000."
      return [.warn(.nodeTimeout, detail, remedy: remedy)] + unread
    }
    return [.ok(.nodeTimeout, detail)] + unread
  }
}
