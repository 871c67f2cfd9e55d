// What happens to connections. The tick reports what became of them, and asks what to do and what
// to write.
//
//   down ──open──► opening ──linkOpened──► greeting ──its replies──► ready ──silence──► suspect
//    ▲                │                        │                       │  ◄──a byte────    │
//    └────────────────┴──────── linkLost, or given up by advance ◄─────┴───────────────────┘
//
// A suspect node keeps its connection but is sent only the rest of a command that has begun. New
// operations on its slots are parked: they were certainly not carried out, and go to whichever node
// serves the slots next.

public import Primitives
public import Redis
import Sessions

extension ClusterStore {
  /// The next thing to do with a link; nil when there is nothing to do now.
  public mutating func nextAction() -> LinkAction? { actions.popFirst() }

  /// When `advance` next has something to do; at once while there are actions to take.
  public var nextDeadline: Instant {
    actions.isEmpty ? nextCheck : Instant(nanoseconds: .min)
  }

  /// Does what is due: reconnects, gives up silent nodes, requests the topology, retries parked
  /// operations.
  ///
  /// - Parameter readUpTo: everything that had arrived by then has been passed on. Nodes are judged by
  ///   this time, because after a suspension of the process their answers may have arrived and not
  ///   been read.
  public mutating func advance(at now: Instant, readUpTo: Instant) {
    guard nextCheck <= now else { return }
    nextCheck = .never
    var place = 0
    while let link = nodes.next(&place) {
      advance(link, at: now, readUpTo: min(readUpTo, now))
    }
    refreshIfWanted(at: now)
    runPass(at: now)
  }

  private mutating func advance(_ link: Link, at now: Instant, readUpTo: Instant) {
    expireRefusals(of: link, at: now)
    let limits = configuration.limits
    switch nodes[link].state {
    case .down(let retryAt):
      guard isWanted(link) else { return }
      if retryAt <= now { open(link, at: now) } else { check(at: retryAt) }
    case .connecting(let since), .shakingHands(let since), .greeting(let since):
      if since + limits.connecting <= readUpTo {
        return drop(link, lateness(of: link), at: now)
      }
      check(at: since + limits.connecting)
    case .ready:
      endGathering(on: link, at: now)
      probe(link, at: now)
      judgeSilence(of: link, at: now, readUpTo: readUpTo)
    }
  }

  /// What a connection that took too long was waiting for.
  private func lateness(of link: Link) -> LinkFault {
    switch nodes[link].state {
    case .greeting: .slowGreeting
    case .shakingHands: .slowHandshake
    case .connecting, .down, .ready: .slowConnect
    }
  }

  /// Whether a node should be connected whenever possible.
  func isWanted(_ link: Link) -> Bool {
    switch nodes[link].role {
    case .primary: true
    case .replica: configuration.reads == .replica
    case .unknown: deployment == .single && nodes[link].slotCount > 0
    }
  }

  /// Whether a node that cannot be connected to is tried again and again: without that, the reason is old.
  func isTried(_ link: Link) -> Bool { isWanted(link) || !slots.isComplete }

  /// Judges how long a node that owes an answer has been silent.
  private mutating func judgeSilence(of link: Link, at now: Instant, readUpTo: Instant) {
    if nodes[link].isReconnecting, nodes[link].pipeline.isEmpty { return reconnect(link, at: now) }
    guard nodes[link].pipeline.owesAnswer else { return }
    let limits = configuration.limits
    let heard = nodes[link].heardAt
    let longest = nodes[link].owesSince + limits.longestAnswer
    let end = min(heard, longest) + limits.silence
    if end <= readUpTo { return drop(link, .silent, at: now) }
    check(at: end)
    if heard + limits.suspicion <= readUpTo {
      // The primary answers what waits for a replica.
      if nodes[link].role == .replica { return drop(link, .silent, at: now) }
      suspect(link, at: now)
    } else {
      check(at: heard + limits.suspicion)
    }
  }

  private mutating func suspect(_ link: Link, at now: Instant) {
    guard !nodes[link].isSuspect else { return }
    nodes[link].isSuspect = true
    counters.suspicions += 1
    events.append(.nodeSuspect(nodes[link].endpoint))
    if refresh.request?.link == link { refresh.request = nil }
    wantRefresh(at: now)
  }

  /// Bytes arrived or were accepted: the node is alive.
  mutating func hear(_ link: Link, at now: Instant) {
    nodes[link].heardAt = now
    guard nodes[link].isSuspect else { return }
    nodes[link].isSuspect = false
    events.append(.nodeRecovered(nodes[link].endpoint))
    markDirty(link)
    makeAllDue(at: now)
  }

  /// Asks the tick to connect to a node that is down and may be tried again.
  mutating func open(_ link: Link, at now: Instant) {
    guard case .down(let retryAt) = nodes[link].state else { return }
    guard retryAt <= now else { return check(at: retryAt) }
    nodes[link].state = .connecting(since: now)
    nodes[link].usedAt = now
    actions.append(.open(link, nodes[link].endpoint))
    check(at: now + configuration.limits.connecting)
  }

  /// Whether a link's connection is being made.
  public func isOpening(_ link: Link) -> Bool {
    guard nodes.contains(link) else { return false }
    switch nodes[link].state {
    case .connecting, .shakingHands: return true
    case .down, .greeting, .ready: return false
    }
  }

  /// Whether the bytes that a link's connection brings are wanted.
  public func isConnected(_ link: Link) -> Bool {
    nodes.contains(link) && nodes[link].isConnected
  }

  /// TCP is connected and TLS is in progress: a delay from now on is not the network's.
  public mutating func linkConnected(_ link: Link) {
    guard nodes.contains(link), case .connecting(let since) = nodes[link].state else { return }
    nodes[link].state = .shakingHands(since: since)
  }

  /// The connection is established, TLS included: the greeting is the first thing it carries.
  public mutating func linkOpened(_ link: Link, at now: Instant) {
    guard isOpening(link) else { return }
    nodes[link].state = .greeting(since: now)
    nodes[link].unsentGreeting.clear()
    nodes[link].sentReadOnly = nodes[link].role == .replica && configuration.reads == .replica
    nodes[link].greeting = NodeGreeting(
      authenticates: configuration.credentials != nil,
      readsFromReplica: nodes[link].sentReadOnly, predecessor: nodes[link].client,
      asksIdentity: configuration.mode != .single && deployment != .single)
    nodes[link].greeting.write(configuration.credentials, to: &nodes[link].unsentGreeting)
    markDirty(link)
    check(at: now + configuration.limits.connecting)
  }

  /// Uses these credentials to greet on future connections; existing ones stay authenticated,
  /// because Redis keeps them when a password changes (`ACL SETUSER`).
  public mutating func authenticate(as credentials: NodeCredentials) {
    configuration.credentials = credentials
  }

  /// Whether a link's node has yet to accept the greeting.
  public func isGreeting(_ link: Link) -> Bool {
    guard nodes.contains(link), case .greeting = nodes[link].state else { return false }
    return true
  }

  /// The connection could not be made or was lost.
  public mutating func linkLost(_ link: Link, _ fault: LinkFault, at now: Instant) {
    guard nodes.contains(link), !nodes[link].isDown else { return }
    lose(link, fault, at: now)
  }

  /// The greeting was answered: the node takes commands.
  mutating func linkReady(_ link: Link, at now: Instant) {
    nodes[link].state = .ready
    nodes[link].client = nodes[link].greeting.client
    nodes[link].readySince = now
    nodes[link].usedAt = now
    nodes[link].fault = nil
    nodes[link].tally.connected += 1
    counters.connected += 1
    events.append(.nodeUp(nodes[link].endpoint))
    judgeIdentity(of: link, at: now)
    if configuration.mode == .single { becomeSingle(link, at: now) }
    check(at: now)
    if deployment == .unknown { refresh.isWanted = true }
    if refresh.isWanted { wantRefresh(at: now) }
    makeAllDue(at: now)
  }

  /// Compares who answers at a link's endpoint with the node that the table means. If it means none,
  /// any node of a cluster may be given slots or keys by a redirect.
  private mutating func judgeIdentity(of link: Link, at now: Instant) {
    let known = nodes[link].id
    chooseListed(at: link, at: now)
    switch nodes[link].greeting.identity {
    case .member(let id) where known == nil || known == id:
      // If it becomes a stranger again, that is news.
      if nodes[link].isStranger { nodes[link].viewRefusal = nil }
      nodes[link].isStranger = false
    case .member: disown(link, .anotherNode, at: now)
    case .standalone where deployment == .cluster:
      disown(link, .standaloneInCluster, at: now)
    case .standalone: break
    // Its view decides. Until then, what was found on its last connection holds.
    case .unknown: nodes[link].isUnproven = known != nil
    }
  }

  /// The table means this node by the endpoint from now on. If another one said that it answers
  /// there, it is asked again on a new connection: a node may get another id (`CLUSTER RESET`).
  mutating func name(_ link: Link, _ id: String?, at now: Instant) {
    guard nodes[link].id != id else { return }
    nodes[link].id = id
    if nodes[link].isStranger { nodes[link].viewRefusal = nil }
    nodes[link].isStranger = false
    guard nodes[link].isReady, let id else { return }
    switch nodes[link].greeting.identity {
    case .member(id): break
    case .unknown: nodes[link].isUnproven = true
    case .member, .standalone:
      nodes[link].isStranger = true
      nodes[link].isReconnecting = true
    }
    check(at: now)
  }

  /// Whether a node has not said that it is another one than the table means. One that was made anew
  /// at an old address knows the cluster, and does not serve the old one's slots.
  func mayBeMeant(_ link: Link) -> Bool {
    guard let meant = nodes[link].id, case .member(let id) = nodes[link].greeting.identity else {
      return true
    }
    return id == meant
  }

  /// Another Redis answers at the endpoint than the table means. It gets no commands; those that it
  /// has yet to be sent, or has yet to answer, are lost with its connection.
  mutating func disown(_ link: Link, _ refusal: ViewRefusal, at now: Instant) {
    if nodes[link].id != nil || refusal == .standaloneInCluster {
      nodes[link].isStranger = true
    } else {
      // It must not count as an owner that serves, which would keep its cluster's view refused.
      unpatch(link)
    }
    refuseView(of: link, refusal, at: now)
    if !nodes[link].pipeline.isEmpty { drop(link, .stranger, at: now) }
  }

  /// Gives a connection up.
  mutating func drop(_ link: Link, _ fault: LinkFault, at now: Instant) {
    actions.append(.close(link))
    lose(link, fault, at: now)
  }

  /// A connection is gone. Its operations are parked to be sent again, lost writes once their fate
  /// has been asked for (`evacuate`). Those past their deadline, and those that have no room to
  /// wait, end.
  private mutating func lose(_ link: Link, _ fault: LinkFault, at now: Instant) {
    // A connection that lasted resets the pauses; one that did not makes them longer.
    if nodes[link].isReady, nodes[link].readySince + configuration.limits.settled <= now {
      nodes[link].failures = 0
    }
    counters.linkFaults += 1
    if fault == .silent { counters.silences += 1 }
    nodes[link].tally.count(fault)
    nodes[link].failures += 1
    let pause = Backoff.reconnect.pause(
      failures: nodes[link].failures, random: jitter.bits())
    forgetConnection(of: link, until: now + pause)
    if nodes[link].fault != fault { events.append(.nodeDown(nodes[link].endpoint, fault)) }
    nodes[link].fault = fault
    nodes[link].lastFault = fault
    check(at: now + pause)
    evacuate(link, at: now)
    wantRefresh(at: now)
  }

  /// Reconnects a link whose pipeline is empty: another node may be at its address now.
  mutating func reconnect(_ link: Link, at now: Instant) {
    counters.reconnects += 1
    disconnect(link, at: now)
    open(link, at: now)
  }

  /// Reconnects as soon as nothing waits for the connection's answers, at most once per `settled`.
  mutating func wantReconnect(of link: Link, at now: Instant) {
    guard nodes[link].isReady, !nodes[link].isReconnecting,
      nodes[link].reconnectRequestedAt + configuration.limits.settled <= now
    else { return }
    nodes[link].isReconnecting = true
    nodes[link].reconnectRequestedAt = now
    check(at: now)
  }

  /// Closes a connection for which no operation waits; there may be another at once.
  mutating func disconnect(_ link: Link, at now: Instant) {
    actions.append(.close(link))
    forgetConnection(of: link, until: now)
  }

  /// Forgets everything about a connection. Emptying the pipeline is up to the caller.
  private mutating func forgetConnection(of link: Link, until retryAt: Instant) {
    if reading == link { reading = nil }
    if refresh.request?.link == link { refresh.request = nil }
    nodes[link].forgetConnection(until: retryAt, configuration.limits)
  }
}
