import Primitives

/// Memory: its limits, what happens when they are reached, and what saving to disk costs.
extension Examination {
  func maxmemory(_ redis: RedisFacts) -> [Finding] {
    let limits = Self.groups(Self.reached(redis)) { $0.info.value?.count("maxmemory") }
    if limits.isEmpty { return [] }
    if let unlimited = limits.first(where: { $0.key == 0 }) {
      let remedy =
        "When memory runs out, the kernel kills the node. CONFIG SET maxmemory, and set it in redis.conf;"
        + " session-gateway plan says how much."
      let nodes = limits.count > 1 ? unlimited.nodes : []
      return [.warn(.maxmemory, "no limit", on: nodes, remedy: remedy)]
    }
    let crowded = Self.overcommitted(redis)
    if !crowded.isEmpty { return crowded }
    let detail = limits.map { Amount.bytes($0.key) }.joined(separator: ", ")
    if limits.count > 1 {
      let remedy = "A replica that holds less than its primary cannot take its place."
      return [.warn(.maxmemory, "nodes differ: \(detail)", remedy: remedy)]
    }
    return [.ok(.maxmemory, "\(detail) per node")]
  }

  /// Machines whose nodes may together use more than 90 % of the machine's memory.
  private static func overcommitted(_ redis: RedisFacts) -> [Finding] {
    let byHost = Dictionary(grouping: reached(redis), by: host)
    return byHost.sorted { $0.key < $1.key }.compactMap { host, nodes in
      let limits = nodes.compactMap { $0.info.value?.count("maxmemory") }.reduce(0, +)
      let machine = nodes.compactMap { $0.info.value?.count("total_system_memory") }.max() ?? 0
      guard machine > 0, limits > machine / 10 * 9 else { return nil }
      return .warn(
        .maxmemory,
        "\(host): nodes may take \(Amount.bytes(limits)) of \(Amount.bytes(machine))",
        remedy: "Leave a tenth or more to the system, or the kernel kills a node when they fill.")
    }
  }

  /// The machine that a node's address names.
  private static func host(of node: NodeFacts) -> String {
    String(node.address[..<(node.address.lastIndex(of: ":") ?? node.address.endIndex)])
  }

  func eviction(_ redis: RedisFacts) -> [Finding] {
    let policies = Self.groups(Self.reached(redis)) { $0.info.value?["maxmemory_policy"] }
    let evicting = policies.filter { $0.key != "noeviction" }
    if policies.isEmpty { return [] }
    if evicting.isEmpty { return [.ok(.eviction, "noeviction: a full node refuses writes")] }
    return evicting.map { policy, nodes in
      .warn(
        .eviction, "\(policy): when full it drops sessions", on: nodes,
        remedy: "CONFIG SET maxmemory-policy noeviction, and set it in redis.conf.")
    }
  }

  func headroom(_ redis: RedisFacts) -> [Finding] {
    let primaries = Self.reached(redis).filter { $0.isPrimary == true }
    guard !primaries.isEmpty else { return [] }
    if let expected = redis.expected.sessionBytes {
      // A primary without slots, not yet given any, takes no share of the sessions.
      let idle = redis.members.filter { $0.isPrimary && $0.slots == 0 }.map(\.address)
      let owners = primaries.filter { !idle.contains($0.address) }
      return Self.expectation(expected, owners, among: Self.reached(redis))
    }
    let fills = primaries.compactMap { node -> (address: String, percent: Int)? in
      guard let used = node.info.value?.count("used_memory"),
        let limit = node.info.value?.count("maxmemory"), limit > 0
      else { return nil }
      return (node.address, Amount.percent(used, of: limit))
    }
    guard let fullest = fills.max(by: { $0.percent < $1.percent }) else {
      return [.ok(.headroom, "no maxmemory to compare with; --sessions and --size help")]
    }
    let remedy = "Raise maxmemory, add primaries, or shorten --idle-timeout."
    let detail = "\(fullest.percent) % of maxmemory in use"
    if fullest.percent >= 95 {
      return [.fail(.headroom, detail, on: [fullest.address], remedy: remedy)]
    }
    if fullest.percent >= 80 {
      return [.warn(.headroom, detail, on: [fullest.address], remedy: remedy)]
    }
    return [.ok(.headroom, detail + " at most")]
  }

  /// Whether all expected sessions fit, judged by the primary with the least memory.
  private static func expectation(
    _ expected: Int, _ primaries: [NodeFacts], among nodes: [NodeFacts]
  ) -> [Finding] {
    guard !primaries.isEmpty else { return [] }
    let share = expected / primaries.count
    let hosts = Dictionary(grouping: nodes, by: host)
    let room = primaries.compactMap { node -> Int? in
      guard let info = node.info.value, let limit = info.count("maxmemory") else { return nil }
      if limit > 0 { return limit }
      // Without a limit the nodes of a machine share its memory.
      let sharers = max(1, hosts[host(of: node)]?.count ?? 1)
      return info.count("total_system_memory").map { $0 / sharers }
    }.min()
    guard let room, room > 0 else { return [] }
    let percent = Amount.percent(share, of: room)
    let detail = "sessions take \(Amount.bytes(share)) of \(Amount.bytes(room)) per primary"
    let remedy = "Raise maxmemory or add primaries; session-gateway plan computes both."
    if percent > 100 { return [.fail(.headroom, detail, remedy: remedy)] }
    if percent > 80 { return [.warn(.headroom, detail, remedy: remedy)] }
    return [.ok(.headroom, detail)]
  }

  /// A node that forks to save may need its memory a second time, and stops during the fork.
  func persistence(_ redis: RedisFacts) -> [Finding] {
    let nodes = Self.reached(redis)
    let broken = nodes.filter { node in
      guard let info = node.info.value else { return false }
      let stops = node.configuration.value?["stop-writes-on-bgsave-error"] != "no"
      return info["rdb_last_bgsave_status"] == "err" && stops && Self.saves(node) != false
        || info["aof_last_write_status"] == "err"
    }
    if !broken.isEmpty {
      return [
        .fail(
          .persistence, "saving failed: writes are refused", on: broken.map(\.address),
          remedy:
            "Check the disk's space and the folder's rights, or turn saving off: CONFIG SET save ''."
        )
      ]
    }
    let saving = nodes.filter { Self.saves($0) == true || $0.info.value?["aof_enabled"] == "1" }
    let pause = nodes.compactMap { $0.info.value?.count("latest_fork_usec") }.max() ?? 0
    if !saving.isEmpty {
      let took = Amount.milliseconds(Int64(pause) * 1_000)
      let words = pause > 0 ? "; the last fork took \(took)" : ""
      return [
        .warn(
          .persistence, "forks to save" + words,
          on: saving.count == nodes.count ? [] : saving.map(\.address),
          remedy: "A fork can need the node's memory once more, and halts it for a while. Replicas"
            + " keep sessions without it: CONFIG SET save '', appendonly no.")
      ]
    }
    return nodes.contains { Self.saves($0) != nil }
      ? [.ok(.persistence, "off: no forks")]
      : Self.forbidden(
        .persistence, redis, "CONFIG (save)", right: "+config|get"
      ) { $0.configuration }
  }

  /// Whether a node has save points; nil when that could not be read.
  private static func saves(_ node: NodeFacts) -> Bool? {
    node.configuration.value?["save"].map { !$0.isEmpty }
  }
}
