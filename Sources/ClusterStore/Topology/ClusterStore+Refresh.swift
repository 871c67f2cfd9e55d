// How the topology is learnt: from the seeds, then whenever something shows that it changed, and
// once a minute; while an owner of slots is unwell, repeatedly, since other nodes may have taken
// over. One request at a time, and never two within the pause. Whether a view is adopted is decided
// in `ClusterStore+Views`, and before there is a table in `ClusterStore+FirstView`; what that means
// is in `ClusterStore+Adoption`.

import Primitives
import Redis

extension ClusterStore {
  /// Requests the topology soon.
  mutating func wantRefresh(at now: Instant) {
    refresh.isWanted = true
    check(at: max(now, refresh.notBefore))
  }

  /// A slot has no ready owner: connects to the owner if one is known, and finds out who it is.
  mutating func wantOwner(of slot: UInt16, at now: Instant) {
    guard let link = owner(of: slot) else { return wantRefresh(at: now) }
    open(link, at: now)
    if deployment == .cluster, !nodes[link].takesCommands, !nodes[link].isReconnecting {
      wantRefresh(at: now)
    }
  }

  /// Whether an owner of slots is suspect or has a connection fault.
  var isOwnerUnwell: Bool { anyOwner { $0.isSuspect || $0.isStranger || $0.fault != nil } }

  /// Asks a ready node for the topology, or connects to nodes that might know it.
  mutating func refreshIfWanted(at now: Instant) {
    age(at: now)
    giveUpAnswer(at: now)
    settleFirst(at: now)
    guard refresh.isWanted, refresh.request == nil else { return }
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

  /// Requests the topology when it is old, or an owner is unwell or has to show who it is.
  private mutating func age(at now: Instant) {
    guard let since = refresh.since, deployment == .cluster else { return }
    let isServed = anyOwner { $0.takesCommands }
    refresh.unservedSince = isServed ? nil : refresh.unservedSince ?? now
    let limits = configuration.limits
    let complete = isBare ? limits.bareAge : limits.topologyAge
    let old = since + (slots.isComplete ? complete : limits.incompleteAge)
    let isUrgent = isOwnerUnwell || anyOwner { $0.isUnproven && $0.isAskable }
    if old <= now || isUrgent { refresh.isWanted = true } else { check(at: old) }
  }

  /// Stops waiting for the node that was asked, once its time is over.
  private mutating func giveUpAnswer(at now: Instant) {
    guard let request = refresh.request else { return }
    guard request.answerBy <= now else { return check(at: request.answerBy) }
    counters.refreshFaults += 1
    refresh.misses += 1
    refresh.request = nil
    refresh.isWanted = true
  }

  /// How long to wait for the node that was asked.
  private var refreshPatience: TimeSpan {
    let limits = configuration.limits
    let doubled = limits.refreshPatience.nanoseconds << Int64(min(refresh.misses, 8))
    return min(TimeSpan(nanoseconds: doubled), limits.longestRefresh)
  }

  private mutating func ask(_ link: Link, at now: Instant) {
    let limits = configuration.limits
    guard nodes[link].pipeline.hasSpareRoom else { return check(at: now + limits.retryPause) }
    let jitter = TimeSpan(nanoseconds: Int64(jitter.bits() % 50_000_000))
    refresh.isWanted = false
    refresh.notBefore = now + limits.refreshPause + jitter
    let mark = nodes[link].pipeline.log.count
    for part: StaticString in ["NODES", "SLOTS"] {
      CommandWriter.begin(2, "CLUSTER", in: &nodes[link].pipeline.log)
      CommandWriter.argument(part, in: &nodes[link].pipeline.log)
    }
    let request = RefreshState.Request(
      link: link, sequence: enqueueOwn(on: link, from: mark, replies: 2, at: now),
      answerBy: now + refreshPatience)
    refresh.request = request
    check(at: request.answerBy)
  }

  /// A ready node, a different one each time; one that has to show who it is comes first, unless such
  /// a one was asked last: it may take long, and others know more.
  private mutating func anyReady() -> Link? {
    let last = nodes.ticket(at: refresh.lastAsked)
    let isTurnOfOthers = last.map { nodes[$0].isUnproven } ?? false
    let unproven = isTurnOfOthers ? nil : nextReady { $0.isUnproven }
    guard let link = unproven ?? nextReady({ !$0.isUnproven }) ?? nextReady({ _ in true }) else {
      return nil
    }
    refresh.lastAsked = Int(link.index)
    return link
  }

  private func nextReady(_ suits: (borrowing Node) -> Bool) -> Link? {
    let places = nodes.places
    for step in 0..<places {
      let place = (refresh.lastAsked + 1 + step) % places
      if let link = nodes.ticket(at: place), nodes[link].isAskable, suits(nodes[link]) {
        return link
      }
    }
    return nil
  }

  /// No node is ready: connects to every known node, since any may be the first to answer.
  private mutating func openAll(at now: Instant) {
    var place = 0
    while let link = nodes.next(&place) {
      open(link, at: now)
    }
  }

  /// An owner of slots does not answer: a seed may know who has taken over, even if it owns no
  /// slots itself.
  mutating func openSeeds(at now: Instant) {
    var place = 0
    while let link = nodes.next(&place) {
      if nodes[link].isSeed { open(link, at: now) }
    }
  }

  /// Takes one of the two answers to a request for the topology: first the epochs, then the slots.
  mutating func takeTopology(_ entry: Pipeline.Entry, from link: Link, at now: Instant) {
    guard let request = refresh.request, request.link == link,
      request.sequence == entry.sequence
    else { return }
    if entry.answered == 0 {
      let epochs = NodeEpochs(reply: nodes[link].reply)
      refresh.request?.epochs = epochs
    } else {
      takeTopology(request.epochs, from: link, at: now)
    }
  }

  private mutating func takeTopology(_ epochs: NodeEpochs, from link: Link, at now: Instant) {
    refresh.request = nil
    refresh.misses = 0
    if nodes[link].reply.kind == .error {
      let error = RedisError(nodes[link].reply.string())
      // One that is loading its data, say, has yet to show who it is.
      if !ErrorKind(error).endsService { nodes[link].isUnproven = false }
      return refusedTopology(error, by: link, at: now)
    }
    do throws(TopologyFault) {
      let topology = try Topology(reply: nodes[link].reply, asked: nodes[link].endpoint)
      guard topology.coveredSlots > 0 else {
        return refuseView(of: link, .noSlots, at: now)
      }
      nodes[link].isUnproven = false
      if seeksFirstView { return keepFirst(topology, epochs, toldBy: link, at: now) }
      guard !isForeign(topology, epochs, at: now) else {
        counters.staleViews += 1
        return disown(link, .anotherCluster, at: now)
      }
      follow(topology, epochs, toldBy: link, at: now)
    } catch {
      nodes[link].isUnproven = false
      refuseView(of: link, .unreadable, at: now)
    }
  }

  /// Adopts a view if it is believed.
  mutating func follow(
    _ topology: Topology, _ epochs: NodeEpochs, toldBy link: Link, at now: Instant
  ) {
    guard judgeView(topology, epochs, toldBy: link) else {
      openVoters(of: topology, at: now)
      return refuseView(of: link, .outdated, at: now)
    }
    if mayBeMeant(link) {
      nodes[link].viewRefusal = nil
      if nodes[link].isStranger {
        nodes[link].isStranger = false
        makeAllDue(at: now)
      }
    }
    apply(topology, at: now)
    noteEpochs(epochs, of: topology)
  }

  /// Decides what it means that a node refused to report a topology.
  private mutating func refusedTopology(_ error: RedisError, by link: Link, at now: Instant) {
    // An address of a known cluster may by now belong to another Redis, which is not believed.
    let mayBeSingle = configuration.mode != .cluster && deployment != .cluster
    if error == .clusterDisabled, mayBeSingle, configuration.seeds.count == 1 {
      return becomeSingle(link, at: now)
    }
    let refusal: ViewRefusal =
      switch error {
      // Two of them would be two stores: each worker would use the first to answer.
      case .clusterDisabled where mayBeSingle: .standaloneAmongSeeds
      case .clusterDisabled where deployment == .cluster: .standaloneInCluster
      case .clusterDisabled: .standaloneButClusterDemanded
      case .noPermission: .notPermitted
      default: .refused
      }
    if refusal == .standaloneInCluster { return disown(link, refusal, at: now) }
    refuseView(of: link, refusal, at: now)
  }

  /// Does not adopt a node's view: reports why, once, and soon asks another node.
  mutating func refuseView(of link: Link, _ refusal: ViewRefusal, at now: Instant) {
    if refusal.isUnread { counters.refreshFaults += 1 }
    if nodes[link].viewRefusal != refusal {
      events.append(.viewRefused(nodes[link].endpoint, refusal))
    }
    nodes[link].viewRefusal = refusal
    // A refused view counts as a vote only if it is one of this cluster.
    if refusal != .outdated { refresh.ballots[link] = nil }
    // At the start, other seeds have yet to report.
    if refresh.firstViews.isEmpty {
      let pause = configuration.limits.refusedViewPause
      refresh.notBefore = max(refresh.notBefore, now + pause)
    }
    wantRefresh(at: now)
  }
}
