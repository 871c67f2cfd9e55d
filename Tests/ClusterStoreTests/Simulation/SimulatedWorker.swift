// A store with its connections to a simulated cluster: bytes travel in pieces of any size, with any
// delay, and connections end at any place.

import Primitives
import Redis
import Sessions
import StoreContract

@testable import ClusterStore

/// One worker's store and wires.
final class SimulatedWorker {
  /// A connection: what travels in each direction and has not arrived.
  private final class Wire {
    let port: UInt16
    var toNode: [UInt8] = []
    var toStore: [UInt8] = []
    var isAsking = false
    var isCut = false
    /// Its number, by which it can be ended.
    let id: Int

    init(_ port: UInt16, id: Int) { (self.port, self.id) = (port, id) }
  }

  private(set) var store: ClusterStore
  private let cluster: SimulatedCluster
  private var wires: [Link: Wire] = [:]
  private var stalled: [Link] = []
  /// Wires that ended: their node still reads what its socket had taken in, when it gets to it.
  private var abandoned: [Wire] = []
  /// Whether the access list lets a connection end the one before it.
  private let mayKill: Bool
  private var lastID = 0
  private var reply = ByteBuffer()
  /// What ended since this was last asked, by its tag.
  private var ended: [(tag: UInt32, seen: Observation)] = []

  init(_ cluster: SimulatedCluster, mayKill: Bool) {
    (self.cluster, self.mayKill) = (cluster, mayKill)
    var configuration = ClusterConfiguration(
      seeds: [7000, 7001].map { Endpoint(host: "10.0.0.1", port: $0) }, mode: .cluster)
    configuration.origin = 7
    configuration.jitterSeed = cluster.random.next()
    store = ClusterStore(configuration, namespaces: ContractNamespaces.list())
  }

  private var moment: Moment {
    Moment(instant: cluster.now, wall: UnixTime(milliseconds: cluster.wall))
  }

  /// Submits a call; nil is its operation when it ended at once.
  func submit(_ call: Call, tag: UInt32, deadline: Instant) -> Ticket? {
    cluster.now = cluster.now + TimeSpan(nanoseconds: 1_000)
    var (command, request) = call.prepared(deadline: deadline)
    command.tag = tag
    let submission = unsafe store.submit(
      command, request: request.span.bytes, ticket: .none, at: moment, reply: &reply)
    switch submission {
    case .done(let outcome):
      ended.append((tag, Observation(outcome, reply: reply)))
      return nil
    case .pending(let operation): return operation
    }
  }

  func abandon(_ operation: Ticket) -> StoreFault { store.abandon(operation: operation) }

  /// What ended meanwhile.
  func takeEnded() -> [(tag: UInt32, seen: Observation)] {
    defer { ended = [] }
    return ended
  }

  /// Its wires to a node that ended are cut.
  func nodeEnded(_ port: UInt16) {
    for link in links where wires[link]!.port == port { cut(wires[link]!) }
  }

  /// One turn of its loop, and of what its wires lead to.
  func turn() {
    store.advance(at: cluster.now, readUpTo: cluster.now)
    while let action = store.nextAction() {
      switch action {
      case .close(let link): if let wire = wires.removeValue(forKey: link) { cut(wire) }
      case .open(let link, let endpoint): open(link, endpoint.port)
      }
    }
    collect()
    for link in links { deliver(link) }
    for link in stalled { store.linkWritable(link) }
    stalled = []
    while let link = store.nextDirty(at: cluster.now) { write(link) }
    for link in links { serve(wires[link]!) }
    // What TCP must send again comes long after what a new connection brings.
    for wire in abandoned where cluster.random.once(in: 20) { serve(wire) }
    abandoned.removeAll { $0.toNode.isEmpty || cluster.down.contains($0.port) }
    if cluster.isHostile, cluster.random.once(in: cluster.turnsToCut), let link = links.first {
      cut(wires[link]!)
    }
    while store.nextEvent() != nil {}
  }

  // In the same order each time, which a dictionary's own is not.
  private var links: [Link] { wires.keys.sorted { $0.index < $1.index } }

  private func open(_ link: Link, _ port: UInt16) {
    if cluster.down.contains(port) || cluster.isHostile && cluster.random.once(in: 20) {
      let refused = LinkFault.reported(code: "refused", description: "refused")
      return store.linkLost(link, refused, at: cluster.now)
    }
    lastID += 1
    wires[link] = Wire(port, id: lastID)
    store.linkOpened(link, at: cluster.now)
  }

  private func collect() {
    while let completion = store.nextCompletion(at: moment, reply: &reply) {
      ended.append((completion.tag, Observation(completion.outcome, reply: reply)))
    }
  }

  private func deliver(_ link: Link) {
    guard let wire = wires[link] else { return }
    if !wire.toStore.isEmpty, store.isConnected(link), !cluster.random.once(in: 3) {
      // Greetings come whole, or few connections would live to carry a command.
      let most = cluster.random.once(in: 4) ? 5 : wire.toStore.count
      let piece =
        store.isGreeting(link)
        ? wire.toStore.count
        : Int.random(in: 1...min(most, wire.toStore.count), using: &cluster.random)
      let bytes = wire.toStore.prefix(piece)
      let count = unsafe store.prepare(link, room: piece).fill(bytes.span.bytes)
      wire.toStore.removeFirst(count)
      store.received(link, count, at: cluster.now)
      collect()
    }
    guard wire.isCut, wire.toStore.isEmpty, wires[link] === wire else { return }
    wires[link] = nil
    store.linkLost(link, .reported(code: "closed", description: "closed"), at: cluster.now)
  }

  private func write(_ link: Link) {
    guard let wire = wires[link], !wire.isCut else { return }
    while store.hasOutput(link) {
      let whole = Self.output(of: store, link)
      let isPart = cluster.random.once(in: 5)
      let count = isPart ? Int.random(in: 1...whole.count, using: &cluster.random) : whole.count
      wire.toNode += whole.prefix(count)
      store.handed(link, count, at: cluster.now)
      if isPart, cluster.random.once(in: 2) { return stalled.append(link) }
    }
  }

  private static func output(of store: borrowing ClusterStore, _ link: Link) -> [UInt8] {
    unsafe store.output(link).withUnsafeBytes { unsafe Array($0) }
  }

  /// The node answers some of what has arrived.
  private func serve(_ wire: Wire) {
    guard !wire.isCut, !cluster.down.contains(wire.port), !cluster.isHung(wire.port) else { return }
    for _ in 0..<Int.random(in: 0...6, using: &cluster.random) {
      guard let words = Self.command(in: &wire.toNode) else { return }
      answer(words, wire)
    }
  }

  private func answer(_ words: [[UInt8]], _ wire: Wire) {
    let own = identify(wire, words)
    wire.toStore += own ?? cluster.answer(words, at: wire.port, asking: &wire.isAsking)
  }

  /// A node reads to the end what has arrived.
  func readUp(_ port: UInt16) {
    for wire in abandoned + links.map({ wires[$0]! }) where wire.port == port {
      while let words = Self.command(in: &wire.toNode) { answer(words, wire) }
    }
  }

  /// Answers what a connection asks about itself and its predecessor.
  private func identify(_ wire: Wire, _ words: [[UInt8]]) -> [UInt8]? {
    guard words[0] == Array("CLIENT".utf8) else { return nil }
    switch String(decoding: words[1], as: UTF8.self) {
    case "INFO": return Say.bulk(Array("id=\(wire.id) addr=10.0.0.9:1 fd=8".utf8))
    case "KILL":
      // What its query buffer holds is dropped (networking.c, freeClient), what follows is refused.
      guard mayKill else { return Array("-NOPERM no\r\n".utf8) }
      abandoned.removeAll { "\($0.id)" == String(decoding: words[3], as: UTF8.self) }
      return Array(":1\r\n".utf8)
    default: return nil
    }
  }

  /// The connection ends: some answers arrive, and of what is on its way to the node some is carried
  /// out, now or when the node reads it. TCP delivers what came before the end.
  private func cut(_ wire: Wire) {
    guard !wire.isCut else { return }
    serve(wire)
    wire.isCut = true
    if !cluster.down.contains(wire.port), !wire.toNode.isEmpty { abandoned.append(rest(of: wire)) }
    wire.toNode = []
    let count = Int.random(in: 0...wire.toStore.count, using: &cluster.random)
    wire.toStore = Array(wire.toStore.prefix(count))
  }

  private func rest(of wire: Wire) -> Wire {
    let rest = Wire(wire.port, id: wire.id)
    (rest.toNode, rest.isAsking) = (wire.toNode, wire.isAsking)
    return rest
  }

  private static func command(in bytes: inout [UInt8]) -> [[UInt8]]? {
    var at = 0
    func number() -> Int? {
      guard at < bytes.count, let end = bytes[at...].firstIndex(of: 10) else { return nil }
      defer { at = end + 1 }
      return Int(String(decoding: bytes[at + 1..<end - 1], as: UTF8.self))
    }
    guard let count = number() else { return nil }
    var words: [[UInt8]] = []
    for _ in 0..<count {
      guard let length = number(), bytes.count >= at + length + 2 else { return nil }
      words.append(Array(bytes[at..<at + length]))
      at += length + 2
    }
    bytes.removeFirst(at)
    return words
  }
}
