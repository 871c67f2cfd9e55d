// Sessions kept in Redis: one node or a cluster. Sans-IO: the tick owns the connections. It tells
// this store what they received and asks it what to send.
//
//   submit ─► slot ─► owner's pipeline ─► dirty ─► output ─► (socket) ─► received ─► nextCompletion
//                         ▲                                                    │
//                         └── parked: no owner, a redirect, a pause, a turn ◄──┘
//
// An operation is always in one of two places: in the pipeline of a node whose connection is ready,
// or parked with a copy of its commands. So whatever was never handed to a connection can be taken
// back, and an operation abandoned before that is certainly never carried out.
//
// This file holds the state and the path of a command. The other files:
//
//   Operations/  Replies: what comes back. Parking: what waits. Turns: how large operations wait
//                for each other. Replicas: reads from replicas. Losses: the fate of operations
//                whose connection was lost. Endings: every other end.
//   Nodes/       Links: what happens to connections. Output: what they send. Probes: how nodes are
//                asked about themselves.
//   Topology/    Refresh: how the topology is learnt. Views: whose view is adopted. FirstView:
//                whose view is the first.

public import Primitives
import Redis
public import Sessions

/// A store over Redis, owned by one worker.
public struct ClusterStore: ~Copyable {
  var configuration: ClusterConfiguration
  let spaces: PlaceTable<KeySpace>
  var jitter: Jitter
  private let inPlace = InPlace()

  var nodes: Slab<Node>
  var slots = SlotTable()
  var operations: Slab<Operation>
  /// The session of each operation. Kept apart because an id is larger than the rest of an
  /// operation and is rarely needed again, and so that only the bytes it has are copied.
  private(set) var ids = PlaceTable<SessionID>(vacant: SessionID())
  var parking: ParkingQueue
  var spare: BufferPool
  var large = LargeSessions()

  var refresh = RefreshState()
  var deployment = Deployment.unknown

  var actions = Ring<LinkAction>(limit: 4 * ClusterLimits.nodes)
  var dirty = Ring<Link>(limit: 4 * ClusterLimits.nodes)
  /// Whether commands may wait for others to leave with them.
  var gathers = true
  var completions: Ring<Ended>
  var events = Ring<ClusterEvent>(limit: ClusterLimits.events)
  /// The link whose received bytes are being turned into completions.
  var reading: Link?
  /// When the last operation began or was sent again. No two have the same time.
  private var lastBegun = Instant(nanoseconds: 0)
  /// When `advance` has something to do.
  var nextCheck = Instant(nanoseconds: .min)

  /// Counts since the start.
  public internal(set) var counters = ClusterCounters()

  /// What the seeds turned out to be.
  enum Deployment { case unknown, single, cluster }

  /// A store that knows only its seeds; `advance` makes it connect.
  public init(_ configuration: ClusterConfiguration, namespaces: NamespaceList) {
    self.configuration = configuration
    let spaces = namespaces.namespaces.map(KeySpace.init)
    self.spaces = PlaceTable(spaces, vacant: spaces[0])
    var entropy = Entropy()
    jitter = Jitter(seed: configuration.jitterSeed ?? entropy.bits())
    let limits = configuration.limits
    nodes = Slab(limit: ClusterLimits.nodes)
    operations = Slab(limit: limits.operations + limits.ownOperations)
    parking = ParkingQueue(limit: limits.operations + limits.ownOperations)
    completions = Ring(limit: limits.operations + limits.ownOperations)
    spare = BufferPool(capacity: 1_024, largest: 64 << 10, limit: 64)
    for seed in configuration.seeds { _ = addNode(seed, isSeed: true) }
  }

  /// Operations in progress.
  public var depth: Int { operations.count }

  /// Operations that wait for a node or a time.
  public var parkedCount: Int { parking.forNodes.operations }

  /// Operations that wait only for their turn.
  public var awaitingTurns: Int { parking.forTurns.operations }

  /// Whether every slot has an owner, and every owner is connected, not suspect, and serving by its
  /// last probe.
  public var isServing: Bool {
    isComplete && !anyOwner { !$0.isReachable || !$0.isServing }
  }

  /// Whether every slot has an owner.
  var isComplete: Bool { deployment != .unknown && slots.isComplete }

  /// Whether any owner of slots satisfies `holds`.
  @inline(__always)
  func anyOwner(_ holds: (borrowing Node) -> Bool) -> Bool {
    var place = 0
    while let link = nodes.next(&place) {
      guard nodes[link].slotCount > 0 else { continue }
      if holds(nodes[link]) { return true }
    }
    return false
  }

  /// When a topology was last adopted; nil before the first.
  public var topologySince: Instant? { refresh.since }

  /// The health of each node, in the order of the slab.
  public var health: [NodeHealth] {
    var health: [NodeHealth] = []
    var place = 0
    while let link = nodes.next(&place) {
      health.append(
        NodeHealth(
          endpoint: nodes[link].endpoint, role: nodes[link].role, isReady: nodes[link].isReady,
          isServing: nodes[link].isServing, slots: nodes[link].slotCount,
          latencySeconds: nodes[link].latency.seconds, depth: nodes[link].pipeline.depth,
          isSuspect: nodes[link].isSuspect,
          tally: nodes[link].tally, refusals: nodes[link].refusals.kinds,
          fault: isTried(link) ? nodes[link].fault : nil, lastFault: nodes[link].lastFault,
          viewRefusal: refresh.since == nil || nodes[link].isStranger
            ? nodes[link].viewRefusal : nil))
    }
    return health
  }

  /// The next event for the log; nil when there is none.
  public mutating func nextEvent() -> ClusterEvent? { events.popFirst() }

  /// The link of a slot's owner; nil while no owner is known.
  func owner(of slot: UInt16) -> Link? {
    let index = slots.owner(of: slot)
    return index == SlotTable.nobody ? nil : nodes.ticket(at: Int(index))
  }

  /// Notes that a link has bytes to send.
  mutating func markDirty(_ link: Link) {
    guard !nodes[link].isDirty else { return }
    nodes[link].isDirty = true
    dirty.append(link)
  }

  /// Makes `advance` act no later than `instant`.
  mutating func check(at instant: Instant) {
    if instant < nextCheck { nextCheck = instant }
  }
}

extension ClusterStore: SessionStore {
  /// Encodes the command into its slot's owner's pipeline, or parks it until there is one.
  public mutating func submit(
    _ command: borrowing SessionCommand, request: RawSpan, ticket: Ticket, at moment: Moment,
    reply: inout ByteBuffer
  ) -> Submission {
    guard operations.count + completions.count < configuration.limits.operations else {
      return refuse()
    }
    counters.operations += 1
    let beginning = begin(at: moment)
    let id = command.id
    let slot = spaces[command.namespace].slot(of: id)
    let handle = operations.insert(
      Operation(
        command: command, ticket: ticket, slot: slot, space: spaces[command.namespace],
        begun: beginning))
    keep(id, of: handle)
    if configuration.reads == .replica, command.mayLag, let link = replica(of: slot) {
      return read(handle, command, from: link, at: moment.instant)
    }
    let weight = weight(of: command, in: slot)
    operations[handle].weight = weight
    guard let link = owner(of: slot), nodes[link].takesCommands else {
      return park(handle, command, request: request, at: moment)
    }
    let size = command.payload.count
    if mustWait(weight, for: link), !parking.isFull,
      nodes[link].pipeline.hasRoom || hasTurnRoom(for: size)
    {
      nodes[link].isAwaited = true
      return park(handle, command, request: request, at: moment, awaitsTurn: true)
    }
    guard nodes[link].pipeline.hasRoom else { return refuse(handle) }
    let mark = nodes[link].pipeline.log.count
    operations[handle].commandLengths = CommandEncoder.encode(
      command, request: request, space: spaces[command.namespace], begun: beginning,
      into: &nodes[link].pipeline.log)
    enqueue(handle, on: link, from: mark, asking: false, at: moment.instant)
    return .pending(operation: handle)
  }

  /// Turns what was written to the link's log from `mark` on into the operation's entry.
  mutating func enqueue(
    _ handle: Ticket, on link: Link, from mark: Int, asking: Bool, at now: Instant
  ) {
    let replies = operations[handle].commandCount * (asking ? 2 : 1)
    nodes[link].usedAt = now
    operations[handle].attempts += 1
    operations[handle].link = link
    operations[handle].sequence = nodes[link].pipeline.close(
      handle, operations[handle].kind, from: mark, replies: replies, asking: asking,
      weight: operations[handle].weight, at: now)
    markDirty(link)
  }

  /// Makes what was written to the link's log from `mark` on an entry of the store's own, which no
  /// operation waits for, and returns its number in that pipeline.
  mutating func enqueueOwn(
    on link: Link, from mark: Int, replies: Int, at now: Instant
  ) -> UInt64 {
    markDirty(link)
    return nodes[link].pipeline.close(
      .none, .upkeep, from: mark, replies: replies, asking: false, at: now)
  }

  /// Makes what was written to the link's log from `mark` on the entry of an operation of the store's
  /// own on another operation's session.
  @discardableResult
  mutating func enqueue(
    _ own: consuming Operation, onSessionOf other: Ticket, on link: Link, from mark: Int,
    asking: Bool = false, at now: Instant
  ) -> Ticket {
    let length = nodes[link].pipeline.log.count - mark
    own.commandLengths = CommandLengths(length - (asking ? CommandEncoder.askingLength : 0))
    let handle = insert(own, onSessionOf: other)
    enqueue(handle, on: link, from: mark, asking: asking, at: now)
    return handle
  }

  /// Inserts an operation on another operation's session.
  mutating func insert(_ operation: consuming Operation, onSessionOf other: Ticket) -> Ticket {
    let handle = operations.insert(operation)
    keep(ids[other], of: handle)
    return handle
  }

  /// Keeps the session of a new operation.
  @inline(__always)
  private mutating func keep(_ id: SessionID, of handle: Ticket) {
    ids.admit(handle)
    ids[handle].copy(id)
  }

  /// When and by which process an operation begins.
  private mutating func begin(at moment: Moment) -> Beginning {
    Beginning(
      instant: uniqueTime(atLeast: moment.instant), wall: moment.wall, origin: configuration.origin)
  }

  /// `now`, or as little later as makes it follow the beginning of every other operation.
  mutating func uniqueTime(atLeast now: Instant) -> Instant {
    lastBegun = max(lastBegun + TimeSpan(nanoseconds: 1), now)
    return lastBegun
  }

  private mutating func refuse() -> Submission {
    counters.overloaded += 1
    return .done(.fault(.overloaded))
  }

  /// Refuses an operation that has no room where it belongs.
  private mutating func refuse(_ handle: Ticket) -> Submission {
    operations.discard(handle)
    return refuse()
  }

  /// Parks a new operation whose slot has no ready owner, or which must wait its turn.
  private mutating func park(
    _ handle: Ticket, _ command: borrowing SessionCommand, request: RawSpan, at moment: Moment,
    awaitsTurn: Bool = false
  ) -> Submission {
    guard awaitsTurn || hasParkingRoom else { return refuse(handle) }
    var bytes = spare.take()
    operations[handle].commandLengths = CommandEncoder.encode(
      command, request: request, space: spaces[command.namespace],
      begun: operations[handle].beginning, into: &bytes)
    // When no more may wait for their turn, the oldest goes in this tick.
    let isCrowded = awaitsTurn && !hasTurnRoom(for: bytes.count)
    let due = isCrowded ? moment.instant : nextTry(at: moment.instant)
    park(handle, bytes, until: due, awaitsTurn: awaitsTurn)
    wantOwner(of: operations[handle].slot, at: moment.instant)
    return .pending(operation: handle)
  }
}
