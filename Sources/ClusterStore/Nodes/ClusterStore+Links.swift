// What happens to connections. The tick says what became of them and asks what to do and to write.
//
//   down ──open──► opening ──linkOpened──► greeting ──its replies──► ready ──silence──► suspect
//    ▲                │                        │                       │  ◄──a byte────    │
//    └────────────────┴──────── linkLost, or given up by advance ◄─────┴───────────────────┘
//
// A suspect node keeps its connection, is handed nothing but the rest of what it has begun, and its slots'
// new operations are parked: they were surely not carried out, and go to whoever serves the slots next.

public import Primitives
public import Redis
import Sessions

extension ClusterStore {
  /// The next thing to be done with a link; nil when there is none now.
  public mutating func nextAction() -> LinkAction? { actions.popFirst() }

  /// When `advance` next has something to do.
  public var nextDeadline: Instant {
    actions.isEmpty ? nextCheck : Instant(nanoseconds: .min)
  }

  /// Does what time brings: reconnects, gives up silent nodes, asks for the topology, tries parked
  /// operations again.
  ///
  /// - Parameter told: all that had come by then was told. Nodes are judged by that: after a halt of the
  ///   process their answers may be there and not be read yet.
  public mutating func advance(at now: Instant, told: Instant) {
    guard nextCheck <= now else { return }
    nextCheck = .never
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index) { advance(link, at: now, told: min(told, now)) }
    }
    refreshIfWanted(at: now)
    retryDue(at: now)
  }

  private mutating func advance(_ link: Link, at now: Instant, told: Instant) {
    expireRefusals(of: link, at: now)
    let limits = configuration.limits
    switch nodes[link].state {
    case .down(let retryAt):
      guard isWanted(link) else { return }
      if retryAt <= now { open(link, at: now) } else { check(at: retryAt) }
    case .opening(let since), .greeting(let since):
      if since + limits.connecting <= told {
        return lose(link, lateness(of: link), at: now, close: true)
      }
      check(at: since + limits.connecting)
    case .ready:
      probe(link, at: now)
      listen(link, at: now, told: told)
    }
  }

  /// What a connection that took too long was waiting for.
  private func lateness(of link: Link) -> LinkFault {
    if case .greeting = nodes[link].state { return .slowGreeting }
    return nodes[link].isShakingHands ? .slowHandshake : .slowConnect
  }

  /// Whether there should be a connection to a node whenever there can be one.
  func isWanted(_ link: Link) -> Bool {
    switch nodes[link].role {
    case .primary: true
    case .replica: configuration.reads == .replica
    case .unknown: deployment == .single && nodes[link].slotCount > 0
    }
  }

  /// Judges how long a node that owes an answer has been silent.
  private mutating func listen(_ link: Link, at now: Instant, told: Instant) {
    if nodes[link].isRenewing, nodes[link].pipeline.isEmpty { return renew(link, at: now) }
    guard nodes[link].pipeline.owesAnswer, let front = nodes[link].pipeline.front else { return }
    let limits = configuration.limits
    let heard = nodes[link].heardAt
    let end = min(heard + limits.silence, front.since + limits.longestAnswer + limits.silence)
    if end <= told { return lose(link, .silent, at: now, close: true) }
    check(at: end)
    if heard + limits.suspicion <= told {
      // What waits for a replica is done by its primary.
      if nodes[link].role == .replica { return lose(link, .silent, at: now, close: true) }
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
    if refresh.link == link { refresh.link = nil }
    wantRefresh(at: now)
  }

  /// Bytes came, or were taken: the node is alive.
  mutating func hear(_ link: Link, at now: Instant) {
    nodes[link].heardAt = now
    guard nodes[link].isSuspect else { return }
    nodes[link].isSuspect = false
    events.append(.nodeRecovered(nodes[link].endpoint))
    markDirty(link)
    release(at: now)
  }

  /// Asks the tick to connect to a node that is down and may be tried again.
  mutating func open(_ link: Link, at now: Instant) {
    guard case .down(let retryAt) = nodes[link].state else { return }
    guard retryAt <= now else { return check(at: retryAt) }
    nodes[link].state = .opening(since: now)
    nodes[link].isShakingHands = false
    nodes[link].usedAt = now
    actions.append(.open(link, nodes[link].endpoint))
    check(at: now + configuration.limits.connecting)
  }

  /// Whether a link waits for its connection to be made.
  public func isOpening(_ link: Link) -> Bool {
    guard nodes.contains(link), case .opening = nodes[link].state else { return false }
    return true
  }

  /// Whether what a link's connection brings is wanted.
  public func isConnected(_ link: Link) -> Bool {
    nodes.contains(link) && nodes[link].isConnected
  }

  /// TCP is connected, and TLS is under way: what is slow from now on is not the network.
  public mutating func linkConnected(_ link: Link) {
    if isOpening(link) { nodes[link].isShakingHands = true }
  }

  /// The connection is made, TLS included: the greeting is the first thing it carries.
  public mutating func linkOpened(_ link: Link, at now: Instant) {
    guard nodes.contains(link), case .opening = nodes[link].state else { return }
    nodes[link].state = .greeting(since: now)
    nodes[link].unsaid.clear()
    nodes[link].saidReadOnly = nodes[link].role == .replica && configuration.reads == .replica
    nodes[link].greeting = NodeGreeting(
      authenticates: configuration.credentials != nil,
      readsFromReplica: nodes[link].saidReadOnly, predecessor: nodes[link].client)
    nodes[link].greeting.write(configuration.credentials, to: &nodes[link].unsaid)
    markDirty(link)
    check(at: now + configuration.limits.connecting)
  }

  /// Connections from now on are greeted with these; those there are stay authenticated, as Redis
  /// keeps them when a password changes (`ACL SETUSER`).
  public mutating func authenticate(as credentials: NodeCredentials) {
    configuration.credentials = credentials
  }

  /// Whether a link's node has yet to accept the greeting.
  public func isGreeting(_ link: Link) -> Bool {
    guard nodes.contains(link), case .greeting = nodes[link].state else { return false }
    return true
  }

  /// The connection was not made or was lost.
  public mutating func linkLost(_ link: Link, _ fault: LinkFault, at now: Instant) {
    guard nodes.contains(link), !nodes[link].isDown else { return }
    lose(link, fault, at: now, close: false)
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
    if configuration.mode == .single { becomeSingle(link, at: now) }
    check(at: now)
    if deployment == .unknown { refresh.isWanted = true }
    if refresh.isWanted { wantRefresh(at: now) }
    release(at: now)
  }

  /// Gives a connection up: what was surely not executed is parked, what may be repeated too, and
  /// whoever else waited is told that the outcome is unknown.
  mutating func lose(_ link: Link, _ fault: LinkFault, at now: Instant, close: Bool) {
    // A connection that lasted starts the pauses anew; one that did not makes them longer.
    if nodes[link].isReady, nodes[link].readySince + .seconds(1) <= now {
      nodes[link].failures = 0
    }
    counters.linkFaults += 1
    if fault == .silent { counters.silences += 1 }
    nodes[link].tally.count(fault)
    nodes[link].failures += 1
    let pause = Backoff.reconnect.pause(
      failures: nodes[link].failures, random: jitter.bits())
    disconnect(link, until: now + pause, close: close)
    if nodes[link].fault != fault { events.append(.nodeDown(nodes[link].endpoint, fault)) }
    nodes[link].fault = fault
    nodes[link].lastFault = fault
    check(at: now + pause)
    evacuate(link, at: now)
    wantRefresh(at: now)
  }

  /// Makes a connection anew whose pipeline is empty: behind its address may be another node now.
  mutating func renew(_ link: Link, at now: Instant) {
    counters.renewals += 1
    disconnect(link, until: now, close: true)
    open(link, at: now)
  }

  /// Sees to it that the connection is made anew as soon as nothing waits for its answers.
  mutating func wantRenewal(of link: Link, at now: Instant) {
    guard nodes[link].isReady, !nodes[link].isRenewing,
      nodes[link].renewedAt + .seconds(1) <= now
    else { return }
    nodes[link].isRenewing = true
    nodes[link].renewedAt = now
    check(at: now)
  }

  /// Forgets all that belongs to a connection. The pipeline is the caller's to empty.
  mutating func disconnect(_ link: Link, until retryAt: Instant, close: Bool) {
    if close { actions.append(.close(link)) }
    if reading == link { reading = nil }
    if refresh.link == link { refresh.link = nil }
    nodes[link].state = .down(retryAt: retryAt)
    nodes[link].isSuspect = false
    nodes[link].hasServed = false
    nodes[link].isRenewing = false
    nodes[link].isFresh = false
    nodes[link].probe = Probe()
    nodes[link].reader = ReplyReader()
    nodes[link].reply = Node.freshReply(configuration.limits)
  }
}
