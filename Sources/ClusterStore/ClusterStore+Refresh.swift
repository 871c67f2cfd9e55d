// How the topology is learnt: from the first node that answers, then whenever something says that
// it changed, and once a minute. One request at a time, never two within the pause.

import Primitives
import Redis

/// Where the learning of the topology stands.
struct RefreshState {
  /// Whether somebody wants the topology.
  var isWanted = true
  /// The node that was asked; its answer is on its way.
  var link: Link?
  /// No request is made before.
  var notBefore = Instant(nanoseconds: .min)
  /// When a topology was last taken over.
  var since: Instant?
  /// The last one, to tell whether a new one differs.
  var topology: Topology?
  /// Which seed is tried next.
  var turn = 0
}

extension ClusterStore {
  /// Asks for the topology soon.
  mutating func wantRefresh(at now: Instant) {
    refresh.isWanted = true
    check(at: max(now, refresh.notBefore))
  }

  /// A slot has no ready owner: connect to the owner, or find out who it is.
  mutating func wantOwner(of slot: UInt16, at now: Instant) {
    if let link = owner(of: slot) { open(link, at: now) } else { wantRefresh(at: now) }
  }

  /// Asks a ready node for the topology, or connects to somebody who might know it.
  mutating func refreshIfWanted(at now: Instant) {
    if let since = refresh.since, deployment == .cluster {
      let old = since + configuration.limits.topologyAge
      if old <= now { refresh.isWanted = true } else { check(at: old) }
    }
    guard refresh.isWanted, refresh.link == nil else { return }
    guard refresh.notBefore <= now else { return check(at: refresh.notBefore) }
    if deployment == .single, isServing {
      refresh.isWanted = false
    } else if let link = anyReady() {
      ask(link, at: now)
    } else {
      openAll(at: now)
    }
  }

  private mutating func ask(_ link: Link, at now: Instant) {
    guard nodes[link].pipeline.hasRoom else { return check(at: now + .milliseconds(50)) }
    let jitter = TimeSpan(nanoseconds: Int64(entropy.bits() % 50_000_000))
    refresh.isWanted = false
    refresh.link = link
    refresh.notBefore = now + configuration.limits.refreshPause + jitter
    let mark = nodes[link].pipeline.log.count
    CommandWriter.begin(2, in: &nodes[link].pipeline.log)
    CommandWriter.argument("CLUSTER", in: &nodes[link].pipeline.log)
    CommandWriter.argument("SLOTS", in: &nodes[link].pipeline.log)
    _ = nodes[link].pipeline.close(.none, from: mark, replies: 1, asking: false, at: now)
    markDirty(link)
  }

  /// A ready node, another one each time.
  private mutating func anyReady() -> Link? {
    refresh.turn += 1
    for step in 0..<nodes.places {
      let index = (refresh.turn + step) % nodes.places
      if let link = nodes.ticket(at: index), nodes[link].isReady { return link }
    }
    return nil
  }

  /// Nobody is ready: every known node may be the one that answers first.
  private mutating func openAll(at now: Instant) {
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index) { open(link, at: now) }
    }
  }

  /// Takes the answer to a request for the topology.
  mutating func takeTopology(from link: Link, at now: Instant) {
    refresh.link = nil
    if nodes[link].reply.kind == .error {
      return refusedTopology(RedisError(nodes[link].reply.string()), by: link, at: now)
    }
    do throws(TopologyFault) {
      let topology = try Topology(reply: nodes[link].reply, asked: nodes[link].endpoint)
      guard topology.coveredSlots > 0 else { return tryElsewhere(at: now) }
      apply(topology, at: now)
    } catch {
      counters.refreshFaults += 1
      events.append(.topologyRefused(nodes[link].endpoint, "its answer cannot be read"))
      tryElsewhere(at: now)
    }
  }

  /// What a node's refusal to give a topology means.
  private mutating func refusedTopology(_ error: RedisError, by link: Link, at now: Instant) {
    if error == .clusterDisabled, configuration.mode != .cluster {
      return becomeSingle(link, at: now)
    }
    counters.refreshFaults += 1
    let reason =
      switch error {
      case .clusterDisabled: "it is not a node of a cluster, and --redis-topology says cluster"
      case .noPermission: "the ACL user may not run CLUSTER SLOTS"
      default: "it refuses CLUSTER SLOTS"
      }
    events.append(.topologyRefused(nodes[link].endpoint, reason))
    tryElsewhere(at: now)
  }

  private mutating func tryElsewhere(at now: Instant) {
    refresh.notBefore = max(refresh.notBefore, now + .milliseconds(250))
    wantRefresh(at: now)
  }

  /// The deployment is one node, which serves every slot.
  mutating func becomeSingle(_ link: Link, at now: Instant) {
    if deployment != .single { events.append(.singleNode(nodes[link].endpoint)) }
    deployment = .single
    slots.assign(.all, UInt16(link.index))
    forgetRoles()
    nodes[link].role = .primary
    nodes[link].slotCount = HashSlot.count
    refresh.since = now
    counters.refreshes += 1
    release(at: now)
  }

  /// Takes a cluster's topology over.
  private mutating func apply(_ topology: Topology, at now: Instant) {
    deployment = .cluster
    refresh.since = now
    counters.refreshes += 1
    guard topology != refresh.topology || !slots.isComplete else { return release(at: now) }
    refresh.topology = topology
    slots.clear()
    forgetRoles()
    for shard in topology.shards {
      for node in shard.replicas {
        let replica = addNode(node.endpoint, isSeed: false)
        nodes[replica].role = .replica
      }
      let primary = addNode(shard.primary.endpoint, isSeed: false)
      nodes[primary].role = .primary
      for range in shard.ranges {
        slots.assign(range, UInt16(primary.index))
        nodes[primary].slotCount += range.count
      }
      open(primary, at: now)
    }
    dropStrangers(at: now)
    events.append(
      .topologyChanged(
        primaries: topology.shards.count,
        replicas: topology.shards.reduce(0) { $0 + $1.replicas.count },
        slots: slots.coverage))
    release(at: now)
  }

  private mutating func forgetRoles() {
    for index in 0..<nodes.places {
      guard let link = nodes.ticket(at: index) else { continue }
      nodes[link].role = .unknown
      nodes[link].slotCount = 0
    }
  }

  /// Forgets the nodes that are neither in the topology nor seeds, once nothing waits for them.
  private mutating func dropStrangers(at now: Instant) {
    for index in 0..<nodes.places {
      guard let link = nodes.ticket(at: index) else { continue }
      guard nodes[link].role == .unknown, nodes[link].pipeline.isEmpty else { continue }
      if !nodes[link].isDown {
        actions.append(.close(link))
        nodes[link].state = .down(retryAt: now)
        nodes[link].reader = ReplyReader()
        nodes[link].reply = Node.freshReply(configuration.limits)
      }
      if !nodes[link].isSeed { nodes.remove(link) }
    }
  }

  // MARK: Nodes

  /// The node at an endpoint; made when it is new.
  mutating func addNode(_ endpoint: Endpoint, isSeed: Bool) -> Link {
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index), nodes[link].endpoint == endpoint { return link }
    }
    return nodes.insert(Node(endpoint, isSeed: isSeed, configuration))
  }

  /// The node that a redirect names; nil when it names none that could be asked.
  mutating func node(_ host: RedirectHost, _ port: UInt16, namedBy link: Link) -> Link? {
    let endpoint: Endpoint?
    switch host {
    case .named(let range):
      let line = nodes[link].reply.string()
      endpoint = Endpoint(host: line.extracting(range.indices), port: Int(port))
    case .asked: endpoint = Endpoint(host: nodes[link].endpoint.host, port: port)
    case .unknown: endpoint = nil
    }
    guard let endpoint, !nodes.isFull else { return nil }
    return addNode(endpoint, isSeed: false)
  }

  /// MOVED: gives one slot to its new owner, ahead of the topology that will say the same.
  mutating func patch(_ slot: UInt16, to owner: Link, at now: Instant) {
    if let former = self.owner(of: slot) { nodes[former].slotCount -= 1 }
    slots.patch(slot, UInt16(owner.index))
    nodes[owner].slotCount += 1
    nodes[owner].role = .primary
    open(owner, at: now)
  }
}
