// The store over Redis with its connections. The store decides which links to open, what to write
// and what a reply means; this carries it out. It reads when the worker asks for a completion, one
// piece at a time, so that at most one piece of each node waits unprocessed.
//
// Bounded in bytes: a tick reads a limited number, from the nodes in turn, and writes to each node
// once (docs/decisions/0021). If anything is left but commands that gather (docs/decisions/0030), the
// backend is busy, and the next tick follows at once.

import ClusterStore
import Primitives
import Reactor
import Redis
import Sessions

/// The store over Redis as a backend.
struct ClusterBackend: ~Copyable, Backend {
  /// How many bytes to read at once from a node, unless its reader asks for another number.
  private static let readSize = 64 << 10
  /// After how many bytes a tick reads no more.
  private static let readsPerTick = 512 << 10

  private var store: ClusterStore
  private var connections = Slab<NodeConnection>(limit: 4 * ClusterLimits.nodes)
  /// The connection of each link, by the link's index.
  private var places: [Ticket] = []
  private var sessions = TLSSessionCache()
  private var readable = Ring<Ticket>(limit: 8 * ClusterLimits.nodes)
  /// The bytes read in this tick.
  private var bytesRead = 0
  private var entropy = Entropy()
  private var context: TLSContext?
  /// How often the context was replaced.
  private var contextGeneration = 0
  private var handshakes = (full: 0, resumed: 0, failed: 0)
  private let resolve: @Sendable (Endpoint, Link) -> Void

  /// A backend that looks names up with `resolve`, which answers through the worker's inbox.
  init(
    _ store: consuming ClusterStore, context: consuming TLSContext?,
    resolve: @escaping @Sendable (Endpoint, Link) -> Void
  ) {
    self.store = store
    self.context = context
    self.resolve = resolve
  }

  var isServing: Bool { store.isServing }
  var nextDeadline: Instant { store.nextDeadline }
  var hasUnread: Bool { !readable.isEmpty || store.hasCompletions }
  var isBusy: Bool { hasUnread || store.dirtyCount > 0 }

  // MARK: The store's doors

  mutating func submit(
    _ command: borrowing SessionCommand, request: RawSpan, ticket: Ticket, at moment: Moment,
    reply: inout ByteBuffer
  ) -> Submission {
    store.submit(command, request: request, ticket: ticket, at: moment, reply: &reply)
  }

  mutating func abandon(operation: Ticket) -> StoreFault { store.abandon(operation: operation) }

  mutating func nextCompletion(at moment: Moment, reply: inout ByteBuffer) -> Completion? {
    while true {
      if let completion = store.nextCompletion(at: moment, reply: &reply) { return completion }
      guard bytesRead < Self.readsPerTick, let connection = readable.popFirst() else { return nil }
      if connections.contains(connection) { read(connection, at: moment.instant) }
    }
  }

  // MARK: Connections

  mutating func advance(_ poller: inout Poller, at moment: Moment, readUpTo: Instant) {
    store.advance(at: moment.instant, readUpTo: readUpTo)
    while let action = store.nextAction() {
      switch action {
      case .open(let link, let endpoint): open(link, endpoint, &poller, at: moment.instant)
      case .close(let link): close(link)
      }
    }
  }

  /// Connects to a literal address at once; a name is looked up first.
  private mutating func open(
    _ link: Link, _ endpoint: Endpoint, _ poller: inout Poller, at now: Instant
  ) {
    close(link)
    if let address = Address(literal: endpoint.host, port: endpoint.port) {
      connect(link, to: address, endpoint, &poller, at: now)
    } else {
      resolve(endpoint, link)
    }
  }

  mutating func take(_ answer: ResolvedEndpoint, _ poller: inout Poller, at now: Instant) {
    guard store.isOpening(answer.link), connection(of: answer.link) == nil else { return }
    switch answer.resolution {
    case .addresses(let addresses):
      // A random one each time, in case one does not answer.
      let address = addresses[Int(entropy.bits() % UInt64(addresses.count))]
      connect(answer.link, to: address, answer.endpoint, &poller, at: now)
    case .unknown: store.linkLost(answer.link, .unknownHost, at: now)
    case .unavailable, .busy: store.linkLost(answer.link, .noNameService, at: now)
    }
  }

  private mutating func connect(
    _ link: Link, to address: Address, _ endpoint: Endpoint, _ poller: inout Poller,
    at now: Instant
  ) {
    do throws(TransportFault) {
      let connection = NodeConnection(
        link: link, contextGeneration: contextGeneration,
        transport: try transport(to: address, endpoint, for: link))
      let fd = connection.transport.fd
      let ticket = connections.insert(connection)
      place(link, ticket)
      if !poller.register(fd, token: PollToken.node(ticket), interest: .connection) {
        lose(ticket, .noMemory, at: now)
      }
    } catch {
      store.linkLost(link, LinkFault(error), at: now)
    }
  }

  private mutating func transport(
    to address: Address, _ endpoint: Endpoint, for link: Link
  ) throws(TransportFault) -> Transport {
    let socket = try Socket.connect(to: address)
    socket.setKeepAlive(KeepAlive(idle: 10, interval: 5, count: 3))
    socket.setUserTimeout(.seconds(10))
    let session = sessions.take(of: link)
    switch context {
    case .some(let context):
      return Transport(client: socket, context: context, host: endpoint.host, resuming: session)
    case .none: return Transport(plain: socket)
    }
  }

  mutating func take(_ event: Event, on connection: Ticket, at now: Instant) {
    guard connections.contains(connection) else { return }
    if event.peerClosed { connections[connection].isHalfClosed = true }
    guard connections[connection].phase == .open else {
      return establish(connection, at: now)
    }
    if event.readable { willRead(connection) }
    if event.writable { writable(connection, at: now) }
  }

  private mutating func establish(_ connection: Ticket, at now: Instant) {
    do throws(TransportFault) {
      try connections[connection].establish()
    } catch {
      if connections[connection].phase == .handshaking { handshakes.failed += 1 }
      return lose(connection, LinkFault(error), at: now)
    }
    switch connections[connection].phase {
    case .connecting: break
    case .handshaking: store.linkConnected(connections[connection].link)
    case .open:
      if connections[connection].transport.isResumed {
        handshakes.resumed += 1
      } else if connections[connection].transport.isEncrypted {
        handshakes.full += 1
      }
      store.linkOpened(connections[connection].link, at: now)
      willRead(connection)
    }
  }

  // MARK: Reading

  private mutating func willRead(_ connection: Ticket) {
    guard !connections[connection].isReadable else { return }
    connections[connection].isReadable = true
    readable.append(connection)
  }

  /// Reads a piece; what it completes are the store's next completions.
  private mutating func read(_ connection: Ticket, at now: Instant) {
    let link = connections[connection].link
    connections[connection].isReadable = false
    // The store may have given the connection up and only not closed it yet.
    guard store.isConnected(link) else { return }
    let room = store.prepare(link, room: Self.readSize)
    let result = connections[connection].transport.read(into: room)
    switch result {
    case .moved(let count):
      bytesRead += count
      store.received(link, count, at: now)
      readOn(connection)
    case .wouldBlock:
      if let fault = connections[connection].writeFault,
        !connections[connection].transport.mayHaveMore
      {
        lose(connection, fault, at: now)
      } else {
        readOn(connection)
      }
    case .closed: lose(connection, ending(of: connection, .closed), at: now)
    case .failed(let fault):
      lose(connection, ending(of: connection, LinkFault(fault)), at: now)
    }
  }

  /// Reads again if more may be there. The end of a connection that was reported with its last
  /// bytes, or found by a write, is not reported again.
  private mutating func readOn(_ connection: Ticket) {
    if connections[connection].isEnding || connections[connection].transport.mayHaveMore {
      willRead(connection)
    }
  }

  /// The fault of a connection that ended. A client that speaks plain text to a TLS port sees
  /// nothing but the end.
  private func ending(of connection: Ticket, _ fault: LinkFault) -> LinkFault {
    if let earlier = connections[connection].writeFault { return earlier }
    switch context {
    case .none where store.isGreeting(connections[connection].link): return .noGreeting
    default: return fault
    }
  }

  // MARK: Writing

  mutating func flush(at now: Instant) {
    bytesRead = 0
    for _ in 0..<store.dirtyCount {
      guard let link = store.nextDirty(at: now) else { break }
      if let connection = connection(of: link) { write(connection, at: now) }
    }
  }

  mutating func finish(at now: Instant) {
    store.stopGathering()
    flush(at: now)
  }

  /// Hands the link's bytes to its transport, as many as it accepts at once. A connection that is
  /// known to end gets none: what is handed over may have been carried out.
  private mutating func write(_ connection: Ticket, at now: Instant) {
    let link = connections[connection].link
    guard connections[connection].isWritable, !connections[connection].isEnding,
      store.hasOutput(link)
    else { return }
    let (result, offered) = Self.write(&connections[connection].transport, &store, link)
    switch result {
    case .moved(let count):
      store.handed(link, count, at: now)
      let isShort = count < offered && !connections[connection].transport.isEncrypted
      connections[connection].isWritable =
        !isShort && !connections[connection].transport.hasPendingOutput
      // The rest of what TLS takes in pieces.
      if connections[connection].isWritable, store.hasOutput(link) { store.linkWritable(link) }
    case .wouldBlock: connections[connection].isWritable = false
    case .closed: failWriting(connection, .closed)
    case .failed(let fault): failWriting(connection, LinkFault(fault))
    }
  }

  /// Nothing more can be written. The connection ends once what has arrived is read: answers that
  /// are among it must not count as lost.
  private mutating func failWriting(_ connection: Ticket, _ fault: LinkFault) {
    connections[connection].writeFault = fault
    willRead(connection)
  }

  private static func write(
    _ transport: inout Transport, _ store: inout ClusterStore, _ link: Link
  ) -> (Transfer, offered: Int) {
    let output = store.output(link)
    return (transport.write(output), output.byteCount)
  }

  private mutating func writable(_ connection: Ticket, at now: Instant) {
    switch connections[connection].transport.flush() {
    case .wouldBlock: return
    case .failed(let fault): failWriting(connection, LinkFault(fault))
    case .done:
      connections[connection].isWritable = true
      store.linkWritable(connections[connection].link)
    }
  }

  // MARK: The end of a connection

  private mutating func lose(_ connection: Ticket, _ fault: LinkFault, at now: Instant) {
    let link = connections[connection].link
    close(link)
    store.linkLost(link, fault, at: now)
  }

  private mutating func close(_ link: Link) {
    guard let connection = connection(of: link) else { return }
    if connections[connection].phase == .open { keepSession(of: connection, link) }
    var closed = connections.remove(connection)
    closed.transport.close()
    places[Int(link.index)] = .none
  }

  /// The connection that carries a link; nil if there is none.
  private func connection(of link: Link) -> Ticket? {
    guard Int(link.index) < places.count else { return nil }
    let ticket = places[Int(link.index)]
    return connections.contains(ticket) && connections[ticket].link == link ? ticket : nil
  }

  private mutating func place(_ link: Link, _ ticket: Ticket) {
    while places.count <= Int(link.index) { places.append(.none) }
    places[Int(link.index)] = ticket
  }

  /// Keeps the TLS session of a connection that ends, unless the context was replaced since.
  private mutating func keepSession(of connection: Ticket, _ link: Link) {
    guard connections[connection].contextGeneration == contextGeneration,
      let session = connections[connection].transport.takeSession()
    else { return }
    sessions.keep(session, of: link)
  }

  // MARK: Reload

  mutating func adopt(_ context: consuming TLSContext) {
    self.context = consume context
    contextGeneration += 1
    // Nor is the session of an older connection kept when it ends (`keepSession`).
    sessions.removeAll()
  }

  mutating func adopt(_ credentials: NodeCredentials) { store.authenticate(as: credentials) }

  // MARK: Telling

  mutating func publish(to board: borrowing WorkerBoard) {
    board.publish(store.counters)
    board.set(.storeTopologySince, store.topologySince.map { Int($0.nanoseconds) } ?? 0)
    board.set(.storeOperations, store.depth)
    board.set(.storeParked, store.parkedCount)
    board.set(.storeAwaitingTurns, store.awaitingTurns)
    board.set(.storeHandshakes, handshakes.full)
    board.set(.storeHandshakesResumed, handshakes.resumed)
    board.set(.storeHandshakeFaults, handshakes.failed)
  }

  var health: BackendHealth { BackendHealth(store: "redis") }

  var nodes: [NodeHealth] { store.health }

  mutating func nextEvent() -> ClusterEvent? { store.nextEvent() }
}
