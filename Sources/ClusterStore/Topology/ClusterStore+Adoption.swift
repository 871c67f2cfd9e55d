// What it means that a view of the deployment is adopted: who owns which slot, who is a replica of
// whom, which nodes are connected to, and which are forgotten.

import Primitives
import Redis

extension ClusterStore {
  /// The deployment is one node, which serves every slot.
  mutating func becomeSingle(_ link: Link, at now: Instant) {
    if deployment != .single { events.append(.singleNode(nodes[link].endpoint)) }
    deployment = .single
    slots.assign(.all, UInt16(link.index))
    forgetRoles()
    nodes[link].role = .primary
    nodes[link].slotCount = HashSlot.count
    refresh.since = now
    refresh.isWanted = false
    nodes[link].viewRefusal = nil
    counters.refreshes += 1
    dropUnwanted(at: now)
    check(at: now)
    makeAllDue(at: now)
  }

  /// Adopts a cluster's topology.
  mutating func apply(_ topology: Topology, at now: Instant) {
    deployment = .cluster
    refresh.since = now
    counters.refreshes += 1
    check(at: now + configuration.limits.incompleteAge)
    guard topology != refresh.topology || refresh.isPatched else {
      loseDemoted(at: now)
      return dropUnwanted(at: now)
    }
    let isNews = topology != refresh.topology
    refresh.topology = topology
    refresh.isPatched = false
    refresh.ballots = refresh.ballots.filter { $0.value.topology.digest == topology.digest }
    rebuild(from: topology, at: now)
    loseDemoted(at: now)
    dropUnwanted(at: now)
    // New owners are probed.
    check(at: now)
    if isNews {
      counters.topologyChanges += 1
      events.append(
        .topologyChanged(
          primaries: topology.shards.count,
          replicas: topology.shards.reduce(0) { $0 + $1.replicas.count },
          slots: slots.coverage))
    }
    makeAllDue(at: now)
  }

  /// Rebuilds the table. An address at which two nodes are listed, since one of them is gone, is the
  /// primary's, or that of the replica listed first; of two primaries, it is that of the one which
  /// answers there, and the other one's slots have no owner.
  private mutating func rebuild(from topology: Topology, at now: Instant) {
    slots.clear()
    forgetRoles()
    var listed = Set(topology.shards.map(\.primary.endpoint))
    for node in topology.shards.flatMap(\.replicas) {
      guard listed.insert(node.endpoint).inserted else { continue }
      guard let replica = listedNode(at: node.endpoint) else { continue }
      name(replica, node.id, at: now)
      nodes[replica].role = .replica
      if configuration.reads == .replica { open(replica, at: now) }
    }
    for shard in topology.shards {
      guard let primary = listedNode(at: shard.primary.endpoint),
        !isAnother(primary, than: shard.primary, of: topology)
      else { continue }
      name(primary, shard.primary.id, at: now)
      nodes[primary].role = .primary
      nodes[primary].replicas = shard.replicas.compactMap { node(at: $0.endpoint) }
        .filter { nodes[$0].role == .replica }
      nodes[primary].isFresh = false
      for range in shard.ranges {
        slots.assign(range, UInt16(primary.index))
        nodes[primary].slotCount += range.count
      }
      nodes[primary].probe.isCalledFor = true
      open(primary, at: now)
    }
    forgetNames(at: now)
  }

  /// The node at a listed address. Where too many others are known, for now, it is left out, and the
  /// table is built again from the next topology, even if that is the same.
  private mutating func listedNode(at endpoint: Endpoint) -> Link? {
    let node = addNode(endpoint, isSeed: false)
    if node == nil { refresh.isPatched = true }
    return node
  }

  /// Whether another primary that is listed at the same address has said that it answers there.
  private func isAnother(
    _ link: Link, than primary: ClusterNode, of topology: Topology
  ) -> Bool {
    guard nodes[link].isReady, case .member(let id) = nodes[link].greeting.identity,
      id != primary.id
    else { return false }
    return topology.shards.contains {
      $0.primary.endpoint == primary.endpoint && $0.primary.id == id
    }
  }

  /// Builds the table again soon if it depends on who answers at a link's address, which is known
  /// now: the topology lists several primaries there.
  mutating func chooseListed(at link: Link, at now: Instant) {
    let endpoint = nodes[link].endpoint
    let listed = refresh.topology?.shards.count { $0.primary.endpoint == endpoint } ?? 0
    guard listed > 1 else { return }
    refresh.isPatched = true
    wantRefresh(at: now)
  }

  /// The table means none of the nodes that the topology does not list.
  private mutating func forgetNames(at now: Instant) {
    var place = 0
    while let link = nodes.next(&place) {
      guard nodes[link].role == .unknown else { continue }
      name(link, nil, at: now)
      // A redirect may name it, and it is no node of any cluster.
      if nodes[link].isReady, nodes[link].greeting.identity == .standalone {
        nodes[link].isStranger = true
      }
    }
  }

  /// Closes the connections of silent nodes whose slots others now serve, which frees what waits
  /// for them.
  private mutating func loseDemoted(at now: Instant) {
    var place = 0
    while let link = nodes.next(&place) {
      guard nodes[link].isSuspect else { continue }
      // A node that slots are still moving to has none yet.
      guard nodes[link].hadSlots, nodes[link].slotCount == 0 else { continue }
      drop(link, .demoted, at: now)
    }
  }

  private mutating func forgetRoles() {
    var place = 0
    while let link = nodes.next(&place) {
      nodes[link].role = .unknown
      if nodes[link].slotCount > 0 { nodes[link].hadSlots = true }
      nodes[link].slotCount = 0
      nodes[link].replicas = []
    }
  }

  /// Closes connections that are no longer needed, once nothing waits for them and they have not
  /// been used for a while. Forgets nodes that are neither in the topology nor seeds; the delay is
  /// there because a node that slots are moving to may not be in the topology yet. A fault of a
  /// connection that is no longer wanted is cleared.
  private mutating func dropUnwanted(at now: Instant) {
    var place = 0
    while let link = nodes.next(&place) {
      guard !isWanted(link), nodes[link].pipeline.isEmpty else { continue }
      // Seeds are asked meanwhile.
      if nodes[link].isSeed, !slots.isComplete || isOwnerUnwell { continue }
      guard nodes[link].usedAt + configuration.limits.unwantedAge <= now else { continue }
      if !nodes[link].isDown { disconnect(link, at: now) }
      nodes[link].fault = nil
      if nodes[link].role == .unknown, !nodes[link].isSeed { nodes.discard(link) }
    }
  }
}
