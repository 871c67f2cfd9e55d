// A real Redis Cluster on loopback: the primaries first, then their replicas. It is formed by
// telling each node all it needs at once (slots, epoch, every other node, its primary) instead of
// letting `redis-cli --cluster create` go step by step; what remains is the two seconds for which
// a starting primary refuses to serve.

import Synchronization

/// A Redis Cluster of the lab; it ends with its last reference.
public final class RedisCluster: Sendable {
  /// What a cluster is formed of.
  public struct Settings: Sendable {
    /// How many primaries share the slots.
    public var primaries = 3
    /// How many replicas each primary has.
    public var replicas = 1
    /// TLS for clients, replication and the bus; plain TCP otherwise.
    public var tls = true
    /// Whether clients must show a certificate of the cluster's authority.
    public var requiresClientCertificate = false
    /// The password of the default user and among nodes.
    public var password: String? = "the lab's password"
    /// Further users, as an ACL file has them.
    public var users: [String] = []
    /// Milliseconds until a node is thought lost. Deployments have 5000. A busy machine must not make
    /// nodes think so, least of all while they get to know each other: tests that lose a node set less
    /// when they do (`setNodeTimeout`).
    public var nodeTimeout = 15_000
    /// Further lines of each node's redis.conf.
    public var lines: [String] = []

    /// Three primaries, a replica each, TLS, a password.
    public init() {}
  }

  /// How many slots a cluster has (Redis Cluster specification).
  public static let slots = 16_384

  /// The nodes; the first `settings.primaries` began as primaries.
  public var nodes: [RedisServer] { members.withLock { $0 } }
  private let members: Mutex<[RedisServer]>
  private let shape: RedisServer.Settings
  /// What it was formed of.
  public let settings: Settings
  /// Who signed the nodes' certificate; nil without TLS.
  public let authority: CertificateAuthority?
  private let folder: TemporaryFolder

  /// Starts the nodes, forms the cluster and waits until every node serves.
  public init(_ settings: Settings = Settings()) throws {
    self.settings = settings
    folder = try TemporaryFolder()
    authority = settings.tls ? try CertificateAuthority() : nil
    var node = RedisServer.Settings()
    node.tls = try authority.map {
      try RedisServer.TLS(
        authority: $0, requiresClientCertificate: settings.requiresClientCertificate)
    }
    node.password = settings.password
    node.users = settings.users
    node.nodeTimeout = settings.nodeTimeout
    node.lines = settings.lines
    let ports = try FreePorts.run(of: settings.primaries * (1 + settings.replicas))
    let shape = node
    self.shape = shape
    members = Mutex(try ports.map { try RedisServer(starting: shape, port: $0) })
    try form()
  }

  private func form() throws {
    let nodes = nodes
    for node in nodes { try node.waitUntilAnswering() }
    let founders = nodes.prefix(settings.primaries)
    for (index, node) in founders.enumerated() {
      let first = index * Self.slots / founders.count
      let last = (index + 1) * Self.slots / founders.count - 1
      try node.command("CLUSTER", "ADDSLOTSRANGE", "\(first)", "\(last)")
    }
    for (index, node) in nodes.enumerated() {
      try node.command("CLUSTER", "SET-CONFIG-EPOCH", "\(index + 1)")
      for other in nodes[..<index] {
        try node.command("CLUSTER", "MEET", "127.0.0.1", "\(other.port)")
      }
    }
    for (index, node) in nodes.enumerated().dropFirst(founders.count) {
      try follow(node, founders[index % founders.count])
    }
    try waitUntilServing()
  }

  private func follow(_ node: RedisServer, _ primary: RedisServer) throws {
    let id = try primary.command("CLUSTER", "MYID").text
    // Refused until the node has heard of its primary.
    try eventually("the node on \(node.port) follows its primary") {
      (try? node.command("CLUSTER", "REPLICATE", id)) != nil
    }
  }

  /// Starts a node, makes it known to all and gives it: an empty primary, or a replica of `primary`.
  public func add(replicaOf primary: RedisServer? = nil) throws -> RedisServer {
    let node = try RedisServer(shape, port: FreePorts.one())
    try node.command("CLUSTER", "MEET", "127.0.0.1", "\(try anyNode().port)")
    members.withLock { $0.append(node) }
    try waitUntilServing()
    guard let primary else { return node }
    try follow(node, primary)
    try waitUntilServing()
    return node
  }

  /// Makes all others forget `node`, which has no slots, and ends it.
  public func remove(_ node: RedisServer) throws {
    let id = try node.command("CLUSTER", "MYID").text
    members.withLock { $0.removeAll { $0 === node } }
    for other in nodes where other.isServing {
      // Refused while the other one still follows it.
      try eventually("the node on \(other.port) forgets the one on \(node.port)") {
        (try? other.command("CLUSTER", "FORGET", id)) != nil
      }
    }
    try node.kill9()
    try waitUntilServing()
  }

  /// Waits until every node that runs says `cluster_state:ok`, knows all nodes, and is linked to
  /// its primary if it is a replica.
  public func waitUntilServing(within limit: Duration = .seconds(60)) throws {
    try eventually("the cluster serves", within: limit) {
      let nodes = nodes
      return try nodes.allSatisfy { node in
        if !node.isServing { return true }
        let cluster = try node.facts("CLUSTER", "INFO")
        // Who is still being met is counted as known, and cannot be named yet.
        return try cluster["cluster_state"] == "ok"
          && cluster["cluster_known_nodes"] == "\(nodes.count)"
          && !node.command("CLUSTER", "NODES").text.contains("handshake")
          && node.facts("INFO", "replication")["master_link_status"] != "down"
      }
    }
  }

  /// Sets a parameter of every node that serves, until it is started anew.
  public func configure(_ parameter: String, _ value: String) throws {
    for node in nodes where node.isServing { try node.command("CONFIG", "SET", parameter, value) }
  }

  /// From now on nodes are thought lost after so many milliseconds.
  public func setNodeTimeout(_ milliseconds: Int) throws {
    try configure("cluster-node-timeout", "\(milliseconds)")
  }

  /// The node at `index`, in the order of ports.
  public func node(_ index: Int) -> RedisServer { nodes[index] }

  /// The nodes that serve and call themselves primaries.
  public func primaries() throws -> [RedisServer] {
    try nodes.filter { try $0.isServing && $0.command("ROLE").elements.first?.text == "master" }
  }

  /// The nodes that serve and call themselves replicas.
  public func replicas() throws -> [RedisServer] {
    try nodes.filter { try $0.isServing && $0.command("ROLE").elements.first?.text == "slave" }
  }

  /// The slot of `key`, as a node computes it.
  public func slot(of key: String) throws -> Int {
    guard case .integer(let slot) = try anyNode().command("CLUSTER", "KEYSLOT", key) else {
      throw LabFault("CLUSTER KEYSLOT answered no number")
    }
    return slot
  }

  /// The primary that serves `slot`, by what the nodes say; while an election is held they may say
  /// that nobody does.
  public func primary(ofSlot slot: Int) throws -> RedisServer {
    var primary: RedisServer?
    try eventually("a node serves slot \(slot)") {
      primary = try knownPrimary(ofSlot: slot)
      return primary != nil
    }
    return primary!
  }

  private func knownPrimary(ofSlot slot: Int) throws -> RedisServer? {
    for range in try anyNode().command("CLUSTER", "SLOTS").elements {
      let parts = range.elements
      guard case .integer(let low) = parts[0], case .integer(let high) = parts[1],
        case .integer(let port) = parts[2].elements[1], (low...high).contains(slot)
      else { continue }
      if let node = nodes.first(where: { $0.port == port }) { return node }
    }
    return nil
  }

  /// Runs redis-cli against a serving node, following redirects.
  public func cli(_ arguments: String...) throws -> String {
    try anyNode().cli(["-c"] + arguments)
  }

  /// Ends all nodes without asking and waits until they are gone.
  public func stop() throws {
    for node in nodes { node.process.kill9() }
    for node in nodes { try node.process.wait() }
  }

  /// The flags that point a gateway at this cluster: the founding primaries as seeds, the
  /// authority, a file with the password.
  public func gatewayFlags() throws -> [String] {
    let seeds = nodes.prefix(settings.primaries).map(\.address)
    var flags = ["--redis", seeds.joined(separator: ",")]
    if let authority { flags += ["--redis-tls", "--redis-ca", authority.certificate] }
    if let password = settings.password {
      flags += ["--redis-password-file", try folder.write("password", password)]
    }
    if let authority, settings.requiresClientCertificate {
      let client = try authority.issue("client", names: [], usage: .client)
      flags += ["--redis-cert", client.certificate, "--redis-key", client.key]
    }
    return flags
  }

  private func anyNode() throws -> RedisServer {
    guard let node = nodes.first(where: \.isServing) else { throw LabFault("no node runs") }
    return node
  }
}
