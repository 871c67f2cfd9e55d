// What happens to connections. The tick says what became of them and asks what to do and to write.
//
//   down ──open──► opening ──linkOpened──► greeting ──its replies──► ready
//    ▲                │                        │                       │
//    └────────────────┴──────── linkLost, or given up by advance ◄─────┘

public import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// The next thing to be done with a link; nil when there is none now.
  public mutating func nextAction() -> LinkAction? { actions.popFirst() }

  /// When `advance` next has something to do.
  public var nextDeadline: Instant { nextCheck }

  /// Does what time brings: reconnects, gives up silent nodes, asks for the topology, tries parked
  /// operations again.
  public mutating func advance(at now: Instant) {
    guard nextCheck <= now else { return }
    nextCheck = .never
    for index in 0..<nodes.places {
      if let link = nodes.ticket(at: index) { advance(link, at: now) }
    }
    refreshIfWanted(at: now)
    retryDue(at: now)
  }

  private mutating func advance(_ link: Link, at now: Instant) {
    let limits = configuration.limits
    switch nodes[link].state {
    case .down(let retryAt):
      guard nodes[link].role == .primary || deployment == .single && nodes[link].slotCount > 0
      else { return }
      if retryAt <= now { open(link, at: now) } else { check(at: retryAt) }
    case .opening(let since), .greeting(let since):
      if since + limits.connecting <= now { return lose(link, .slowConnect, at: now, close: true) }
      check(at: since + limits.connecting)
    case .ready:
      guard let oldest = nodes[link].pipeline.oldestHanded else { return }
      if oldest + limits.silence <= now { return lose(link, .silent, at: now, close: true) }
      check(at: oldest + limits.silence)
    }
  }

  /// Asks the tick to connect to a node that is down and may be tried again.
  mutating func open(_ link: Link, at now: Instant) {
    guard case .down(let retryAt) = nodes[link].state else { return }
    guard retryAt <= now else { return check(at: retryAt) }
    nodes[link].state = .opening(since: now)
    actions.append(.open(link, nodes[link].endpoint))
    check(at: now + configuration.limits.connecting)
  }

  /// Whether a link waits for its connection to be made.
  public func isOpening(_ link: Link) -> Bool {
    guard nodes.contains(link), case .opening = nodes[link].state else { return false }
    return true
  }

  /// The connection is made, TLS included: the greeting is the first thing it carries.
  public mutating func linkOpened(_ link: Link, at now: Instant) {
    guard nodes.contains(link), case .opening = nodes[link].state else { return }
    nodes[link].state = .greeting(since: now)
    nodes[link].hello.clear()
    nodes[link].handshake = NodeHandshake(authenticates: configuration.credentials != nil)
    nodes[link].handshake.write(configuration.credentials, to: &nodes[link].hello)
    markDirty(link)
  }

  /// The connection was not made or was lost.
  public mutating func linkLost(_ link: Link, _ fault: LinkFault, at now: Instant) {
    guard nodes.contains(link), !nodes[link].isDown else { return }
    lose(link, fault, at: now, close: false)
  }

  /// The greeting was answered: the node takes commands.
  mutating func linkReady(_ link: Link, at now: Instant) {
    nodes[link].state = .ready
    nodes[link].failures = 0
    nodes[link].lastFault = nil
    counters.connected += 1
    events.append(.nodeUp(nodes[link].endpoint))
    if configuration.mode == .single, deployment == .unknown { becomeSingle(link, at: now) }
    if deployment == .unknown { wantRefresh(at: now) }
    release(at: now)
  }

  /// Gives a connection up: what was surely not executed is parked, what may be repeated too, and
  /// whoever else waited is told that the outcome is unknown.
  mutating func lose(_ link: Link, _ fault: LinkFault, at now: Instant, close: Bool) {
    if close { actions.append(.close(link)) }
    if reading == link { reading = nil }
    counters.linkFaults += 1
    nodes[link].failures += 1
    let pause = Backoff.reconnect.pause(
      failures: nodes[link].failures, random: entropy.bits())
    nodes[link].state = .down(retryAt: now + pause)
    if nodes[link].lastFault != fault { events.append(.nodeDown(nodes[link].endpoint, fault)) }
    nodes[link].lastFault = fault
    nodes[link].reader = ReplyReader()
    nodes[link].reply = Node.freshReply(configuration.limits)
    if refresh.link == link { refresh.link = nil }
    check(at: now + pause)
    evacuate(link, at: now)
    wantRefresh(at: now)
  }

  /// Empties the pipeline of a node whose connection is gone.
  private mutating func evacuate(_ link: Link, at now: Instant) {
    while let entry = nodes[link].pipeline.front {
      let wasHanded = nodes[link].pipeline.isFrontHanded
      let handle = entry.operation
      if operations.contains(handle) {
        if wasHanded, !operations[handle].isRepeatable {
          finish(handle, .fault(.outcomeUnknown))
        } else if operations[handle].deadline <= now || !hasParkingRoom {
          finish(handle, .fault(wasHanded ? .outcomeUnknown : .unavailable))
        } else {
          parkFront(of: link, until: now)
        }
      }
      nodes[link].pipeline.retire()
    }
    nodes[link].needsPurge = false
  }

  /// Parks the front entry's operation with a copy of its commands.
  private mutating func parkFront(of link: Link, until due: Instant) {
    let handle = nodes[link].pipeline.front!.operation
    park(handle, copyFront(of: link), until: due)
  }

  /// A copy of the front entry's commands, each without the ASKING in front of it.
  mutating func copyFront(of link: Link) -> ByteBuffer {
    let entry = nodes[link].pipeline.front!
    let lengths = operations[entry.operation].commandLengths
    let asking = entry.asking ? CommandEncoder.askingLength : 0
    var copy = spare.take()
    let bytes = nodes[link].pipeline.frontBytes
    copy.append(bytes.extracting(asking..<asking + lengths.0))
    let second = lengths.0 + 2 * asking
    if lengths.1 > 0 { copy.append(bytes.extracting(second..<second + lengths.1)) }
    return copy
  }

  // MARK: Writing

  /// The next link that has something to write; nil when none has.
  public mutating func nextDirty() -> Link? {
    while let link = dirty.popFirst() {
      guard nodes.contains(link) else { continue }
      nodes[link].isDirty = false
      if nodes[link].needsPurge { purge(link) }
      return link
    }
    return nil
  }

  private mutating func purge(_ link: Link) {
    nodes[link].needsPurge = false
    nodes[link].pipeline.purge(keeping: operations)
  }

  /// The bytes for a link's connection; empty when there are none.
  @_lifetime(borrow self)
  public func output(_ link: Link) -> RawSpan {
    switch nodes[link].state {
    case .greeting: nodes[link].hello.bytes
    case .ready: nodes[link].pipeline.unsent
    case .down, .opening: nodes[link].hello.bytes.extracting(0..<0)
    }
  }

  /// The connection takes bytes again after it did not.
  public mutating func linkWritable(_ link: Link) {
    if nodes.contains(link) { markDirty(link) }
  }

  /// Whether a link is still one and has bytes for its connection.
  public func hasOutput(_ link: Link) -> Bool {
    nodes.contains(link) && !output(link).isEmpty
  }

  /// The connection took the first `count` bytes of `output`.
  public mutating func handed(_ link: Link, _ count: Int) {
    if case .greeting = nodes[link].state { return nodes[link].hello.consume(count) }
    let batch = nodes[link].pipeline.hand(count)
    guard batch > 0 else { return }
    counters.batches += 1
    counters.batchedOperations += batch
    counters.largestBatch = max(counters.largestBatch, batch)
    if let oldest = nodes[link].pipeline.oldestHanded {
      check(at: oldest + configuration.limits.silence)
    }
  }
}
