// A world for a store: its nodes and its time. The nodes greet, tell the topology and otherwise say
// what a test tells them to say; what the store hands out is kept as commands for the test to look
// at. Nothing happens by itself: `settle` lets happen what needs no time, `pass` moves time.

import Primitives
import Redis
import Sessions
import StoreContract

@testable import ClusterStore

/// Nodes that answer as they are told, around a store.
final class ScriptedNodes {
  var store: ClusterStore
  private var moment = Moment(
    instant: Instant(nanoseconds: 1_000_000_000), wall: UnixTime(milliseconds: 1_800_000_000_000))
  /// What each node tells when it is asked for the topology; nobody answers when there is nothing.
  var views: [UInt16: String] = [:]
  /// How long nodes take to tell it; whoever makes this more lets them speak (`say`) as time passes.
  var slowness = TimeSpan.seconds(0)
  /// What each node tells of the epochs with which nodes claim slots; an error when there is nothing.
  var epochs: [UInt16: String] = [:]
  /// What a replica says of how it follows its primary; nothing by itself when there is nothing.
  var followings: [UInt16: String] = [:]
  /// What a node answers when it is asked whether it serves; that it does when there is nothing, and nothing by
  /// itself where that is empty.
  var services: [UInt16: String] = [:]
  /// What a node answers to the read behind that; as to the write when there is nothing.
  var readings: [UInt16: String] = [:]
  /// Which nodes were asked that, in order.
  private(set) var probed: [UInt16] = []
  /// For which keys.
  private(set) var probedKeys: [String] = []
  /// Nodes that refuse connections.
  var down: Set<UInt16> = []
  /// Nodes that take connections and bytes and say nothing.
  var silent: Set<UInt16> = []
  /// What a node answers to its greeting; `+OK` when there is nothing.
  var greetings: [UInt16: String] = [:]
  /// What a node answers to CLUSTER MYID; the id that it has in `Slots` when there is nothing.
  var identities: [UInt16: String] = [:]
  /// What a node answers to each command of a caller's; nothing by itself when there is nothing.
  var habits: [UInt16: String] = [:]
  /// How many bytes a node's socket takes; all of them when there is nothing.
  var windows: [UInt16: Int] = [:]
  /// What the store told the log.
  private(set) var events: [ClusterEvent] = []
  /// How often the topology was asked for.
  private(set) var refreshes = 0
  /// Which nodes were told READONLY.
  private(set) var readOnly: Set<UInt16> = []
  /// When it was.
  private(set) var refreshTimes: [Instant] = []
  /// Which nodes were asked, in order.
  private(set) var asked: [UInt16] = []
  /// Which nodes were connected to, in order.
  private(set) var opened: [UInt16] = []
  /// How each call ended, by its number.
  private(set) var outcomes: [UInt32: Outcome] = [:]
  /// The bytes of the session that was found last.
  private(set) var found: [UInt8] = []

  private var links: [UInt16: Link] = [:]
  private var ports: [Link: UInt16] = [:]
  private var raw: [UInt16: [UInt8]] = [:]
  private var sent: [UInt16: [UInt8]] = [:]
  private var commands: [UInt16: [String]] = [:]
  // What each node owes answers to, in order.
  private var owed: [UInt16: [Question]] = [:]
  // When each node was asked for the topologies that it owes.
  private var since: [UInt16: [Instant]] = [:]
  private var spoken: [UInt16: [UInt8]] = [:]
  private var operations: [UInt32: Ticket] = [:]
  private var last: UInt32 = 0
  private var reply = ByteBuffer()

  /// What a node is asked; it answers all but callers' commands by itself.
  private enum Question { case command, topology, service, reading }

  /// A store that knows `seeds`, in a world where nothing has happened.
  init(
    seeds: [UInt16], mode: TopologyMode = .discover, password: String? = nil,
    reads: ReadTarget = .primary, limits: (inout ClusterLimits) -> Void = { _ in }
  ) {
    var configuration = ClusterConfiguration(
      seeds: seeds.map { Endpoint(host: "10.0.0.1", port: $0) }, mode: mode)
    // Most tests look at what was sent after each call.
    configuration.limits.gathering = .seconds(0)
    limits(&configuration.limits)
    configuration.origin = Self.origin
    configuration.reads = reads
    configuration.credentials = password.map { NodeCredentials(password: $0) }
    store = ClusterStore(configuration, namespaces: ContractNamespaces.list())
  }

  /// A store that is connected to a cluster of two: 7000 serves the lower half, 7001 the upper.
  static func cluster(limits: (inout ClusterLimits) -> Void = { _ in }) -> ScriptedNodes {
    let world = ScriptedNodes(seeds: [7000, 7001], limits: limits)
    world.agree(Slots([(0, 8191, 7000), (8192, 16383, 7001)]))
    world.settle()
    return world
  }

  /// A store that is connected to one node.
  static func single(mode: TopologyMode = .discover) -> ScriptedNodes {
    let world = ScriptedNodes(seeds: [7000], mode: mode)
    world.views[7000] = "-ERR This instance has cluster support disabled\r\n"
    world.settle()
    return world
  }

  /// What this store's records are stamped with.
  static let origin: UInt32 = 7

  var now: Instant { moment.instant }
  /// The wall clock, in milliseconds.
  var wall: Int64 { moment.wall.milliseconds }

  /// The stamp of a write that was begun so long before now, or after.
  func stamp(
    _ kind: WriteStamp.Kind = .plain, before milliseconds: Int, by origin: UInt32 = origin
  ) -> WriteStamp {
    WriteStamp(kind, origin: origin, begun: now + .milliseconds(-milliseconds))
  }
  /// Why views were refused, each time that the log was told.
  var viewRefusals: [ViewRefusal] {
    events.compactMap { if case .viewRefused(_, let refusal) = $0 { refusal } else { nil } }
  }
  var isServing: Bool { store.isServing }
  var counters: ClusterCounters { store.counters }
  /// How many lost writes' fates were found out, or sought in vain.
  var verdicts: Int {
    counters.verifiedExecuted + counters.verifiedRepeated + counters.verifiedSuperseded
      + counters.verifiedInVain
  }
  var health: [NodeHealth] { store.health }
  var depth: Int { store.depth }
  var parkedCount: Int { store.parkedCount }
  var nextDeadline: Instant { store.nextDeadline }

  /// Whether the store wants what a connection brings.
  func isWanted(_ link: Link) -> Bool { store.isConnected(link) }

  /// All nodes from 7000 to 7009 tell this topology from now on.
  func agree(_ slots: Slots) {
    for port in UInt16(7000)...7009 { views[port] = slots.text }
  }

  /// A node answers the question whether it serves, which it owes next.
  func answerProbe(_ port: UInt16, _ text: String) {
    precondition(owed[port]?.prefix(2) == [.service, .reading], "it was not asked")
    owed[port]?.removeFirst(2)
    answerLater(port, text)
    answerLater(port, text)
    settle()
  }

  /// Forgets which nodes were asked whether they serve.
  func forgetProbes() { (probed, probedKeys) = ([], []) }

  // MARK: What callers do

  /// Submits a call, by default with the gateway's ten seconds, and gives its number.
  @discardableResult
  func submit(_ call: Call, deadline: TimeSpan = .seconds(10)) -> UInt32 {
    last += 1
    var (command, request) = call.prepared(deadline: now + deadline)
    command.tag = last
    let submission = unsafe store.submit(
      command, request: request.span.bytes, ticket: .none, at: moment, reply: &reply)
    switch submission {
    case .done(let outcome): outcomes[last] = outcome
    case .pending(let operation): operations[last] = operation
    }
    return last
  }

  /// Submits a call and lets happen what needs no time.
  func call(_ call: Call, deadline: TimeSpan = .seconds(10)) -> UInt32 {
    let number = submit(call, deadline: deadline)
    settle()
    return number
  }

  /// The caller of a call gives up.
  func abandon(_ number: UInt32) -> StoreFault { store.abandon(operation: operations[number]!) }

  // MARK: What nodes do

  /// The commands that a node has got since this was last asked, each as its words.
  func taken(by port: UInt16) -> [String] {
    defer { commands[port] = [] }
    return commands[port] ?? []
  }

  /// Whether a node has got a plain write since its commands were last asked for.
  func tookWrite(_ port: UInt16) -> Bool {
    taken(by: port).contains { $0.hasPrefix("SET") }
  }

  /// The header of the last record that was sent to a node.
  func lastRecord(at port: UInt16) -> RecordHeader? {
    let bytes = sent[port] ?? []
    let start = bytes.indices.last { bytes[$0...].starts(with: [0x53, 0x47, 1]) }
    guard let start else { return nil }
    return unsafe RecordHeader(Array(bytes[start...]).span.bytes)
  }

  /// A node says something.
  func say(_ port: UInt16, _ text: String) { say(port, Array(text.utf8)) }

  /// A node says something, in pieces of at most `piece` bytes.
  func say(_ port: UInt16, _ bytes: [UInt8], piece: Int = 65_536) {
    sayUnsettled(port, bytes, piece: piece)
    spoken[port, default: []] += bytes
    while Command.dropReply(from: &spoken[port, default: []]) {
      if let next = owed[port]?.firstIndex(of: .command) { owed[port]?.remove(at: next) }
    }
    answerOwn(port)
    settle()
  }

  /// A node says something, and only what that ends is taken.
  func sayUnsettled(_ port: UInt16, _ bytes: [UInt8], piece: Int = 65_536) {
    var rest = bytes[...]
    while !rest.isEmpty, let link = links[port], store.isConnected(link) {
      let piece = rest.prefix(piece)
      let count = unsafe store.prepare(link, room: piece.count).fill(piece.span.bytes)
      store.received(link, count, at: now)
      rest = rest.dropFirst(count)
      collect()
    }
  }

  /// A node says what is no reply, and loses its connection: the store gives it up.
  func babble(_ port: UInt16) { say(port, "!broken\r\n") }

  /// A node's connection ends.
  func hangUp(_ port: UInt16) {
    guard let link = links.removeValue(forKey: port) else { return }
    forget(port)
    store.linkLost(link, .reported(code: "closed", description: "closed"), at: now)
    settle()
  }

  /// A node ends: nobody can connect to it any more.
  func die(_ port: UInt16) {
    down.insert(port)
    hangUp(port)
  }

  /// A node's socket takes as many bytes more.
  func widen(_ port: UInt16, by count: Int) {
    windows[port] = count
    if let link = links[port] { store.linkWritable(link) }
    settle()
  }

  /// The store's name for a node's connection.
  func link(_ port: UInt16) -> Link { links[port]! }

  /// A node's connection ends, and nothing else happens yet.
  func loseUnsettled(_ port: UInt16) {
    store.linkLost(links[port]!, .reported(code: "closed", description: "closed"), at: now)
  }

  /// A node says something, and only what that ends is taken.
  func sayUnsettled(_ port: UInt16, _ text: String) { answerLater(port, text) }

  /// Whether a node has a connection that was greeted.
  func isConnected(_ port: UInt16) -> Bool {
    guard let link = links[port] else { return false }
    return store.isConnected(link)
  }

  // MARK: What time does

  /// Lets happen what needs no time.
  func settle() {
    for _ in 0..<50 {
      store.advance(at: now, readUpTo: now)
      carryOut()
      collect()
      flush()
      while let event = store.nextEvent() { events.append(event) }
      if store.nextDeadline > now, !store.hasCompletions { return }
    }
  }

  /// Time passes, from one thing that the store waits for to the next.
  func pass(milliseconds: Int) {
    let end = now + .milliseconds(milliseconds)
    while now < end {
      moment.instant = min(end, max(now + .milliseconds(1), store.nextDeadline))
      settle()
    }
  }

  // MARK: The tick's part

  private func carryOut() {
    while let action = store.nextAction() {
      switch action {
      case .close(let link):
        guard let port = ports[link] else { continue }
        links[port] = nil
        forget(port)
      case .open(let link, let endpoint): open(link, endpoint.port)
      }
    }
  }

  private func open(_ link: Link, _ port: UInt16) {
    opened.append(port)
    ports[link] = port
    forget(port)
    guard !down.contains(port) else {
      store.linkLost(link, .reported(code: "refused", description: "refused"), at: now)
      return
    }
    links[port] = link
    store.linkOpened(link, at: now)
  }

  private func collect() {
    while let completion = store.nextCompletion(at: moment, reply: &reply) {
      outcomes[completion.tag] = completion.outcome
      if case .found = completion.outcome {
        found = Self.copy(reply.bytes)
      }
    }
  }

  private func flush() {
    while let link = store.nextDirty(at: now) {
      guard let port = ports[link], links[port] == link else { continue }
      while store.hasOutput(link), windows[port] != 0 {
        let bytes = Self.output(of: store, link, atMost: windows[port] ?? .max)
        raw[port, default: []] += bytes
        sent[port, default: []] += bytes
        store.handed(link, bytes.count, at: now)
        if let window = windows[port] { windows[port] = window - bytes.count }
      }
      digest(port)
    }
  }

  private static func output(
    of store: borrowing ClusterStore, _ link: Link, atMost count: Int
  ) -> [UInt8] {
    copy(store.output(link).extracting(first: count))
  }

  private static func copy(_ bytes: RawSpan) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { unsafe Array($0) }
  }

  /// Answers what a node answers by itself, and keeps the other commands.
  private func digest(_ port: UInt16) {
    while let command = Command.next(in: &raw[port, default: []]) {
      if silent.contains(port) { continue }
      switch command.first {
      case "AUTH": answerLater(port, greetings[port] ?? "+OK\r\n")
      case "CLIENT": answerLater(port, greetings[port] ?? "+OK\r\n")
      case "READONLY":
        readOnly.insert(port)
        answerLater(port, "+OK\r\n")
      case "INFO":
        if let following = followings[port] { answerLater(port, following) }
      case "PEXPIRE" where command[1].contains(":/"):
        probed.append(port)
        probedKeys.append(command[1])
        owed[port, default: []].append(.service)
        answerOwn(port)
      case "PTTL" where command[1].contains(":/"):
        owed[port, default: []].append(.reading)
        answerOwn(port)
      case "CLUSTER" where command[1] == "MYID":
        answerLater(port, identities[port] ?? Slots.identity(port))
      case "CLUSTER" where command[1] == "NODES":
        // Told with the slots, which are asked for in the same breath.
        continue
      case "CLUSTER":
        refreshes += 1
        refreshTimes.append(now)
        asked.append(port)
        owed[port, default: []].append(.topology)
        since[port, default: []].append(now)
        answerOwn(port)
      default:
        commands[port, default: []].append(Command.line(command))
        if let habit = habits[port] {
          answerLater(port, habit)
        } else {
          owed[port, default: []].append(.command)
        }
      }
    }
  }

  /// Answers what a node answers by itself, where that is what it owes next.
  private func answerOwn(_ port: UInt16) {
    while let next = owed[port]?.first {
      switch next {
      case .command: return
      case .topology:
        guard let view = views[port], since[port]![0] + slowness <= now else { return }
        since[port]?.removeFirst()
        owed[port]?.removeFirst()
        answerLater(port, (epochs[port] ?? "-NOPERM no\r\n") + view)
      case .service:
        if services[port]?.isEmpty == true { return }
        owed[port]?.removeFirst()
        answerLater(port, services[port] ?? ":0\r\n")
      case .reading:
        if services[port]?.isEmpty == true { return }
        owed[port]?.removeFirst()
        answerLater(port, readings[port] ?? services[port] ?? ":-2\r\n")
      }
    }
  }

  private func forget(_ port: UInt16) {
    raw[port] = []
    owed[port] = []
    since[port] = []
    spoken[port] = []
  }

  private func answerLater(_ port: UInt16, _ text: String) {
    guard let link = links[port], store.isConnected(link) else { return }
    let bytes = Array(text.utf8)
    let count = unsafe store.prepare(link, room: bytes.count).fill(bytes.span.bytes)
    precondition(count == bytes.count, "the answers of a script are short")
    store.received(link, count, at: now)
    collect()
  }
}
