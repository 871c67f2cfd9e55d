// Examines a Redis: each seed, then each node that a seed names, one after the other, so that
// measurements do not disturb each other. Bounded twice: each question has a deadline of its own,
// and nodes still waiting at `deadline` are skipped.

import Gateway
import Primitives
import Reactor
import Redis
import Settings

/// Gathers the facts of a Redis.
struct RedisProbe: ~Copyable {
  /// How many pings a node gets.
  private static let pings = 100
  /// How long the pings of a node may take together.
  private static let pinging = TimeSpan.seconds(3)

  private let settings: RedisSettings
  private let credentials: NodeCredentials?
  private let context: TLSContext?
  private let deadline: Instant
  private let lookup = Lookup()
  private let namespaces: [String]
  private var entropy = Entropy()

  /// - Parameter namespaces: those that are served, at least one.
  init(
    _ settings: RedisSettings, context: consuming TLSContext?, namespaces: [String],
    until deadline: Instant
  ) {
    self.settings = settings
    self.namespaces = namespaces
    self.context = context
    self.deadline = deadline
    credentials = settings.password.map { NodeCredentials($0, of: settings.user) }
  }

  /// Gathers all facts.
  mutating func run(_ expected: RedisExpectations) -> RedisFacts {
    var facts = RedisFacts(expected: expected)
    var first: Endpoint?
    var topology: Topology?
    for seed in settings.seeds {
      let endpoint = Endpoint(host: seed.host, port: seed.port)
      do throws(ProbeFault) {
        var node = try open(endpoint)
        if first == nil { first = endpoint }
        if topology == nil, settings.topology != .single {
          topology = try Self.shape(&node, endpoint, &facts)
        }
        facts.seeds.append(SeedFacts(address: endpoint.description, reach: .reached))
      } catch {
        facts.seeds.append(SeedFacts(address: endpoint.description, reach: error.reach))
      }
    }
    if settings.topology == .single { facts.isCluster = false }
    if facts.isCluster == false, let first { topology = .single(first) }
    if let topology {
      examine(Self.endpoints(topology, facts.members), &facts)
      if facts.members.isEmpty { facts.members = ClusterMember.members(of: topology) }
    }
    return facts
  }

  /// Asks a seed which nodes there are; nil when it does not know. Records in `facts` whether it is
  /// a cluster, and its members.
  private static func shape(
    _ node: inout NodeProbe, _ endpoint: Endpoint, _ facts: inout RedisFacts
  ) throws(ProbeFault) -> Topology? {
    switch try node.topology(endpoint) {
    case .failure(.refused(.clusterDisabled)):
      facts.isCluster = false
      return nil
    case .failure(.refused(.loading)): throw ProbeFault(reach: .refused(.loading))
    case .failure: return nil
    case .success(let topology):
      // A seed that its cluster has forgotten knows no nodes; the next one may.
      if topology.shards.isEmpty { return nil }
      facts.isCluster = true
      facts.coveredSlots = topology.coveredSlots
      let members = try node.ask(["CLUSTER", "NODES"]).known(\.text)
      facts.members = members.value.map { ClusterMember.read($0, asked: endpoint) } ?? []
      facts.hidesMembers = members.isForbidden
      return topology
    }
  }

  /// The nodes of CLUSTER SLOTS, and those of CLUSTER NODES that it leaves out: replicas still
  /// without data, and nodes without slots. Lost nodes are left out, since asking them only costs
  /// time.
  private static func endpoints(_ topology: Topology, _ members: [ClusterMember]) -> [Endpoint] {
    let served = topology.shards.flatMap { [$0.primary] + $0.replicas }.map(\.id)
    let others = members.filter { !$0.isLost && !served.contains($0.id) }
    return topology.endpoints + others.compactMap { Endpoint(parsing: $0.address) }
  }

  private mutating func examine(_ endpoints: [Endpoint], _ facts: inout RedisFacts) {
    for endpoint in endpoints {
      // A seed that could not be reached a moment ago is not tried again.
      let seed = facts.seeds.first { $0.address == endpoint.description }
      var node = NodeFacts(address: endpoint.description, reach: seed?.reach ?? .reached)
      if Instant.now() >= deadline { node.reach = .skipped }
      if node.reach == .reached {
        do throws(ProbeFault) {
          try look(at: endpoint, &node, isCluster: facts.isCluster == true)
        } catch {
          node.reach = error.reach
        }
      }
      facts.nodes.append(node)
    }
  }

  /// A greeted connection to a node, at the first of its addresses that accepts one: the gateway
  /// tries them all, too.
  private func open(_ endpoint: Endpoint) throws(ProbeFault) -> NodeProbe {
    if Instant.now() >= deadline { throw ProbeFault(reach: .skipped) }
    switch lookup.addresses(endpoint.host, port: endpoint.port) {
    case .addresses(let addresses):
      var fault = ProbeFault(reach: .unknownHost)
      for address in addresses {
        do throws(ProbeFault) {
          return try open(address, endpoint)
        } catch {
          guard error.isNoConnection else { throw error }
          fault = error
        }
      }
      throw fault
    case .unknown: throw ProbeFault(reach: .unknownHost)
    case .unavailable, .busy: throw ProbeFault(reach: .noNameService)
    }
  }

  private func open(_ address: Address, _ endpoint: Endpoint) throws(ProbeFault) -> NodeProbe {
    do throws(ProbeFault) {
      var node = try NodeProbe.connect(to: address, host: endpoint.host, context: context)
      try node.greet(credentials)
      return node
    } catch {
      switch error.reach {
      case .silent, .notRedis, .transport(.closed), .transport(.reset), .transport(.tls(.notTLS)):
        throw speaksOtherwise(address, endpoint) ? ProbeFault(reach: .otherProtocol) : error
      default: throw error
      }
    }
  }

  /// Whether a port that did not understand the probe speaks the other protocol: plain instead of
  /// TLS, or TLS instead of plain. Sends nothing secret.
  private func speaksOtherwise(_ address: Address, _ endpoint: Endpoint) -> Bool {
    do throws(ProbeFault) {
      if settings.tls != nil {
        var node = try NodeProbe.connect(to: address, host: endpoint.host, context: nil)
        _ = try node.ask(["PING"])
        return true
      }
      let context: TLSContext? = try? .probe(certificate: nil, key: nil)
      _ = try NodeProbe.connect(to: address, host: endpoint.host, context: context)
      return true
    } catch {
      return false
    }
  }

  /// Asks a node all questions.
  private mutating func look(
    at endpoint: Endpoint, _ facts: inout NodeFacts, isCluster: Bool
  ) throws(ProbeFault) {
    var node = try open(endpoint)
    facts.tlsVersion = node.protocolVersion
    facts.certificate = node.certificate
    facts.info = try node.ask(["INFO"]).known { $0.text.map(InfoText.init) }
    if isCluster {
      facts.clusterInfo = try node.ask(["CLUSTER", "INFO"]).known { $0.text.map(InfoText.init) }
    }
    facts.configuration = try node.ask(
      [
        "CONFIG", "GET", "cluster-node-timeout", "save", "stop-writes-on-bgsave-error",
      ]
    ).known { Self.pairs($0.texts) }
    facts.rights = try tryCommands(&node, isCluster: isCluster)
    facts.clock = try Self.clock(&node)
    try Self.ping(&node, &facts)
  }

  /// Pairs from a list in which names and values alternate.
  private static func pairs(_ texts: [String]) -> [String: String] {
    var pairs: [String: String] = [:]
    for at in stride(from: 0, to: texts.count - 1, by: 2) { pairs[texts[at]] = texts[at + 1] }
    return pairs
  }

  private mutating func tryCommands(
    _ node: inout NodeProbe, isCluster: Bool
  ) throws(ProbeFault) -> CommandRights {
    var rights = CommandRights()
    let commands = NeededCommand.all(cluster: isCluster, replicas: settings.read == .replica)
    for (place, namespace) in namespaces.enumerated() {
      let key = NeededCommand.randomKey(in: namespace, &entropy)
      // A user may be kept to the keys of the namespaces that are served.
      let pattern = namespaces == ["default"] ? "sg:*" : "sg:{\(namespace):*"
      for command in place == 0 ? commands : [.getex] {
        rights.take(try node.ask(command.words(key)), to: command, on: pattern)
      }
    }
    return rights
  }

  /// How far the node's clock is ahead of this machine's, taken halfway between question and
  /// answer.
  private static func clock(
    _ node: inout NodeProbe
  ) throws(ProbeFault) -> (ahead: TimeSpan, uncertainty: TimeSpan)? {
    let (asked, began) = (UnixTime.now(), Instant.now())
    let texts = try node.ask(["TIME"]).texts
    let trip = Instant.now() - began
    guard texts.count == 2, let seconds = Int64(texts[0]), let micros = Int64(texts[1]),
      (0...1 << 33).contains(seconds), (0...999_999).contains(micros)
    else { return nil }
    let told = seconds * 1_000_000_000 + micros * 1_000
    let middle = asked.milliseconds * 1_000_000 + trip.nanoseconds / 2
    // This machine's clock is read in whole milliseconds.
    return (
      TimeSpan(nanoseconds: told - middle),
      TimeSpan(nanoseconds: trip.nanoseconds / 2 + 1_000_000)
    )
  }

  private static func ping(
    _ node: inout NodeProbe, _ facts: inout NodeFacts
  ) throws(ProbeFault) {
    let end = Instant.now() + pinging
    for _ in 0..<pings where Instant.now() < end {
      let began = Instant.now()
      _ = try node.ask(["PING"])
      facts.pings.append(Instant.now() - began)
    }
  }
}
