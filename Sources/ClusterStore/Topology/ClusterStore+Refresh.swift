// How the topology is learnt: from the seeds, then whenever something says that
// it changed, and once a minute; while an owner of slots is unwell, again and again, since others may
// have taken over. One request at a time, never two within the pause. Whether an answer is believed
// stands in `ClusterStore+Views`, before there is a table in `ClusterStore+FirstView`.

import Primitives
import Redis

/// Where the learning of the topology stands.
struct RefreshState {
  /// Whether somebody wants the topology.
  var isWanted = true
  /// The node that was asked; its answer is on its way.
  var link: Link?
  /// The request's entry in that node's pipeline.
  var sequence: UInt64 = 0
  /// When another node is asked instead.
  var patience = Instant.never
  /// How many in a row did not answer by then.
  var misses = 0
  /// No request is made before.
  var notBefore = Instant(nanoseconds: .min)
  /// When a topology was last taken over.
  var since: Instant?
  /// The last one, to tell whether a new one differs.
  var topology: Topology?
  /// The epochs that came in front of the answer that is on its way.
  var epochs = NodeEpochs()
  /// What each node told last, since the table last changed.
  var ballots: [Link: TopologyVote.Ballot] = [:]
  /// Whether a redirect changed the table since.
  var isPatched = false
  /// The place of the node that was asked last.
  var turn = 0
  /// What seeds told before there was a table, and until when others are waited for.
  var firstViews: [FirstView] = []
  var settledBy = Instant.never
}

extension ClusterStore {
  /// Asks for the topology soon.
  mutating func wantRefresh(at now: Instant) {
    refresh.isWanted = true
    check(at: max(now, refresh.notBefore))
  }

  /// A slot has no ready owner: connect to the owner if there is one, and find out who it is.
  mutating func wantOwner(of slot: UInt16, at now: Instant) {
    guard let link = owner(of: slot) else { return wantRefresh(at: now) }
    open(link, at: now)
    if deployment == .cluster, !nodes[link].takesCommands, !nodes[link].isRenewing {
      wantRefresh(at: now)
    }
  }

  /// Whether somebody who serves slots cannot be given commands.
  private var isOwnerUnwell: Bool { anyOwner { $0.isSuspect || $0.fault != nil } }

  /// Asks a ready node for the topology, or connects to somebody who might know it.
  mutating func refreshIfWanted(at now: Instant) {
    age(at: now)
    giveUpAnswer(at: now)
    settleFirst(at: now)
    guard refresh.isWanted, refresh.link == nil else { return }
    guard refresh.notBefore <= now else { return check(at: refresh.notBefore) }
    if !refresh.firstViews.isEmpty {
      if let seed = unheardSeed() { ask(seed, at: now) }
      return
    }
    if deployment == .single, isComplete, !anyOwner({ !$0.isReachable }) {
      refresh.isWanted = false
    } else if let link = anyReady() {
      if isOwnerUnwell || !slots.isComplete { openSeeds(at: now) }
      if configuration.mode == .single {
        refresh.notBefore = now + configuration.limits.refreshPause
        becomeSingle(link, at: now)
      } else {
        ask(link, at: now)
      }
    } else {
      openAll(at: now)
    }
  }

  /// Wants the topology when it is old, or when an owner is unwell.
  private mutating func age(at now: Instant) {
    guard let since = refresh.since, deployment == .cluster else { return }
    let limits = configuration.limits
    let complete = isBare ? limits.bareAge : limits.topologyAge
    let old = since + (slots.isComplete ? complete : limits.incompleteAge)
    if old <= now || isOwnerUnwell { refresh.isWanted = true } else { check(at: old) }
  }

  /// Does not wait for ever for the node that was asked.
  private mutating func giveUpAnswer(at now: Instant) {
    guard refresh.link != nil else { return }
    guard refresh.patience <= now else { return check(at: refresh.patience) }
    counters.refreshFaults += 1
    refresh.misses += 1
    refresh.link = nil
    refresh.isWanted = true
  }

  /// For how long a node is waited for that was asked: where all are slow, one must be waited for.
  private var refreshPatience: TimeSpan {
    let first = configuration.limits.refreshPatience.nanoseconds
    return min(TimeSpan(nanoseconds: first << Int64(min(refresh.misses, 8))), .seconds(5))
  }

  private mutating func ask(_ link: Link, at now: Instant) {
    guard nodes[link].pipeline.hasSpareRoom else { return check(at: now + .milliseconds(50)) }
    let jitter = TimeSpan(nanoseconds: Int64(jitter.bits() % 50_000_000))
    refresh.isWanted = false
    refresh.link = link
    refresh.notBefore = now + configuration.limits.refreshPause + jitter
    refresh.patience = now + refreshPatience
    check(at: refresh.patience)
    let mark = nodes[link].pipeline.log.count
    for part: StaticString in ["NODES", "SLOTS"] {
      CommandWriter.begin(2, "CLUSTER", in: &nodes[link].pipeline.log)
      CommandWriter.argument(part, in: &nodes[link].pipeline.log)
    }
    refresh.sequence = nodes[link].pipeline.close(
      .none, .upkeep, from: mark, replies: 2, asking: false, at: now)
    markDirty(link)
  }

  /// A ready node, another one each time.
  private mutating func anyReady() -> Link? {
    let places = nodes.places
    for step in 0..<places {
      let place = (refresh.turn + 1 + step) % places
      guard let link = nodes.ticket(at: place), nodes[link].takesCommands else { continue }
      refresh.turn = place
      return link
    }
    return nil
  }

  /// Nobody is ready: every known node may be the one that answers first.
  private mutating func openAll(at now: Instant) {
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index) { open(link, at: now) }
    }
  }

  /// Somebody who owns slots does not answer: a seed may know who took over, even one that is no
  /// owner itself.
  mutating func openSeeds(at now: Instant) {
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index), nodes[link].isSeed { open(link, at: now) }
    }
  }

  /// Takes one of the two answers to a request for the topology: first the epochs, then the slots.
  mutating func takeTopology(_ entry: Pipeline.Entry, from link: Link, at now: Instant) {
    guard refresh.link == link, refresh.sequence == entry.sequence else { return }
    if entry.answered == 0 {
      refresh.epochs = NodeEpochs(reply: nodes[link].reply)
    } else {
      takeTopology(from: link, at: now)
    }
  }

  private mutating func takeTopology(from link: Link, at now: Instant) {
    refresh.link = nil
    refresh.misses = 0
    if nodes[link].reply.kind == .error {
      return refusedTopology(RedisError(nodes[link].reply.string()), by: link, at: now)
    }
    do throws(TopologyFault) {
      let topology = try Topology(reply: nodes[link].reply, asked: nodes[link].endpoint)
      guard topology.coveredSlots > 0 else {
        return refuseView(of: link, .noSlots, at: now)
      }
      if seeksFirstView { return keepFirst(topology, toldBy: link, at: now) }
      guard !isForeign(topology) else {
        counters.staleViews += 1
        return refuseView(of: link, .anotherCluster, at: now)
      }
      follow(topology, refresh.epochs, toldBy: link, at: now)
    } catch {
      refuseView(of: link, .unreadable, at: now)
    }
  }

  /// Takes a view over, if it is believed.
  mutating func follow(
    _ topology: Topology, _ epochs: NodeEpochs, toldBy link: Link, at now: Instant
  ) {
    guard believes(topology, epochs, toldBy: link) else {
      openVoters(of: topology, at: now)
      return refuseView(of: link, .outdated, at: now)
    }
    nodes[link].viewRefusal = nil
    apply(topology, at: now)
    noteEpochs(epochs, of: topology)
  }

  /// What a node's refusal to give a topology means.
  private mutating func refusedTopology(_ error: RedisError, by link: Link, at now: Instant) {
    // Behind an address of a known cluster another Redis may answer by now: it is not believed.
    let mayBeSingle = configuration.mode != .cluster && deployment != .cluster
    if error == .clusterDisabled, mayBeSingle, configuration.seeds.count == 1 {
      return becomeSingle(link, at: now)
    }
    let refusal: ViewRefusal =
      switch error {
      // Two of them would be two stores: each worker has what the first to answer has.
      case .clusterDisabled where mayBeSingle: .oneOfSeveral
      case .clusterDisabled where deployment == .cluster: .notInCluster
      case .clusterDisabled: .noCluster
      case .noPermission: .notPermitted
      default: .refused
      }
    refuseView(of: link, refusal, at: now)
  }

  /// Does not take a node's view over: says once why, and asks another one soon.
  mutating func refuseView(of link: Link, _ refusal: ViewRefusal, at now: Instant) {
    counters.refreshFaults += 1
    if nodes[link].viewRefusal != refusal {
      events.append(.viewRefused(nodes[link].endpoint, refusal))
    }
    nodes[link].viewRefusal = refusal
    // At the start others have yet to tell.
    if refresh.firstViews.isEmpty {
      refresh.notBefore = max(refresh.notBefore, now + .milliseconds(250))
    }
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
    refresh.isWanted = false
    nodes[link].viewRefusal = nil
    counters.refreshes += 1
    dropStrangers(at: now)
    check(at: now)
    release(at: now)
  }

  /// Takes a cluster's topology over.
  private mutating func apply(_ topology: Topology, at now: Instant) {
    deployment = .cluster
    refresh.since = now
    counters.refreshes += 1
    check(at: now + configuration.limits.incompleteAge)
    guard topology != refresh.topology || refresh.isPatched else {
      loseDemoted(at: now)
      return dropStrangers(at: now)
    }
    let isNews = topology != refresh.topology
    refresh.topology = topology
    refresh.isPatched = false
    refresh.ballots = refresh.ballots.filter { $0.value.topology.digest == topology.digest }
    rebuild(from: topology, at: now)
    loseDemoted(at: now)
    dropStrangers(at: now)
    // New owners are asked whether they serve.
    check(at: now)
    if isNews {
      counters.topologyChanges += 1
      events.append(
        .topologyChanged(
          primaries: topology.shards.count,
          replicas: topology.shards.reduce(0) { $0 + $1.replicas.count },
          slots: slots.coverage))
    }
    release(at: now)
  }

  /// Writes the table anew. Primaries come last: a node that is listed twice is one.
  private mutating func rebuild(from topology: Topology, at now: Instant) {
    slots.clear()
    forgetRoles()
    for node in topology.shards.flatMap(\.replicas) {
      guard let replica = addNode(node.endpoint, isSeed: false) else { continue }
      nodes[replica].role = .replica
      if configuration.reads == .replica { open(replica, at: now) }
    }
    for shard in topology.shards {
      guard let primary = addNode(shard.primary.endpoint, isSeed: false) else { continue }
      nodes[primary].role = .primary
      nodes[primary].replicas = shard.replicas.compactMap { node(at: $0.endpoint) }
      nodes[primary].isFresh = false
      for range in shard.ranges {
        slots.assign(range, UInt16(primary.index))
        nodes[primary].slotCount += range.count
      }
      nodes[primary].probe.isCalledFor = true
      open(primary, at: now)
    }
  }

  /// What waits for a silent node whose slots others serve by now is freed.
  private mutating func loseDemoted(at now: Instant) {
    for index in 0..<nodes.places {
      guard let link = nodes.ticket(at: index), nodes[link].isSuspect else { continue }
      // One that slots are moving to has none yet.
      guard nodes[link].hasServed, nodes[link].slotCount == 0 else { continue }
      lose(link, .demoted, at: now, close: true)
    }
  }

  private mutating func forgetRoles() {
    for index in 0..<nodes.places {
      guard let link = nodes.ticket(at: index) else { continue }
      nodes[link].role = .unknown
      if nodes[link].slotCount > 0 { nodes[link].hasServed = true }
      nodes[link].slotCount = 0
      nodes[link].replicas = []
    }
  }

  /// Ends connections that are not needed, once nothing waits for them and nobody has used them for a while,
  /// and forgets nodes that are neither in the topology nor seeds: one that slots are moving to may not be in
  /// it yet. What befell a connection that nobody wants is over.
  private mutating func dropStrangers(at now: Instant) {
    for index in 0..<nodes.places {
      guard let link = nodes.ticket(at: index) else { continue }
      guard !isWanted(link), nodes[link].pipeline.isEmpty else { continue }
      // Seeds are asked meanwhile.
      if nodes[link].isSeed, !slots.isComplete || isOwnerUnwell { continue }
      guard nodes[link].usedAt + configuration.limits.strangerAge <= now else { continue }
      if !nodes[link].isDown { disconnect(link, until: now, close: true) }
      nodes[link].fault = nil
      if nodes[link].role == .unknown, !nodes[link].isSeed { nodes.discard(link) }
    }
  }
}
