// What was seen, before any judgement. The probes fill it in, the examination reads it, tests write
// it by hand. Its texts are names and addresses, never secrets.

public import Primitives
public import Reactor
public import Redis

/// Everything that the doctor knows.
public struct Facts: Sendable {
  /// The time of the examination.
  public var now: UnixTime
  /// How many descriptors the gateway needs at most, and how many it may have.
  public var descriptors: (needed: Int, allowed: Int)
  /// The certificates in the files that the settings name.
  public var certificates: [CertificateFacts] = []
  /// The outcome of reading the tokens file; nil without one.
  public var tokens: TokensFacts?
  /// The limit of the memory store, and the machine's memory, in bytes; nil when there is a Redis.
  public var embedded: (limit: Int, machine: Int)?
  /// The namespaces that have a policy but no token.
  public var strayPolicies: [String] = []
  /// The Redis; nil for the memory store, or when it was not asked.
  public var redis: RedisFacts?

  /// Facts that are still to be gathered, except for these.
  public init(now: UnixTime, descriptors: (needed: Int, allowed: Int)) {
    self.now = now
    self.descriptors = descriptors
  }
}

/// A certificate in a file that a setting names.
public struct CertificateFacts: Sendable {
  /// The setting, such as `--tls-cert`.
  public var setting: String
  /// What is in the file.
  public var content: Result<Certificate, TLSSettingsFault>

  /// The certificate of `setting`.
  public init(setting: String, content: Result<Certificate, TLSSettingsFault>) {
    self.setting = setting
    self.content = content
  }
}

/// The outcome of reading the tokens file.
public enum TokensFacts: Equatable, Sendable {
  /// How many tokens it has, and for which namespaces, each once.
  case read(tokens: Int, namespaces: [String])
  /// The first mistake, and how many there are.
  case mistaken(String, count: Int)

  /// The namespaces of the tokens; nil if there are none.
  var namespaces: [String]? {
    if case .read(_, let namespaces) = self, !namespaces.isEmpty { namespaces } else { nil }
  }
}

/// What is known about an answer.
public enum Known<Value: Sendable>: Sendable {
  /// The answer.
  case value(Value)
  /// The user lacks the right to ask.
  case forbidden
  /// The question was not asked, or not answered.
  case unknown

  /// The answer, if there is one.
  public var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }

  /// Whether the user lacks the right to ask.
  var isForbidden: Bool {
    if case .forbidden = self { true } else { false }
  }
}

/// How an attempt to reach a node ended.
public enum Reach: Equatable, Sendable {
  /// The node accepts the greeting.
  case reached
  /// The name does not exist.
  case unknownHost
  /// The name service does not answer.
  case noNameService
  /// No connection, with the reason.
  case transport(TransportFault)
  /// It did not answer in time.
  case silent
  /// It speaks TLS and the settings do not, or the reverse.
  case otherProtocol
  /// Its answer is not in Redis's protocol.
  case notRedis
  /// It refuses the greeting, with the error.
  case refused(RedisError)
  /// The doctor's time ran out before this node.
  case skipped
}

/// A seed of the settings.
public struct SeedFacts: Sendable {
  /// The address as `--redis` names it.
  public var address: String
  /// How the attempt to reach it ended.
  public var reach: Reach

  /// A seed.
  public init(address: String, reach: Reach) {
    self.address = address
    self.reach = reach
  }
}

/// What is known about the Redis.
public struct RedisFacts: Sendable {
  /// What the settings say about it.
  public var wishes: RedisWishes
  /// The seeds.
  public var seeds: [SeedFacts] = []
  /// Whether it is a cluster; nil when no node could say.
  public var isCluster: Bool?
  /// The nodes that the gateway would connect to.
  public var nodes: [NodeFacts] = []
  /// How many slots have an owner according to CLUSTER SLOTS; nil if that was not answered.
  public var coveredSlots: Int?
  /// The cluster's nodes as one of them sees them, including lost ones.
  public var members: [ClusterMember] = []
  /// Whether the user may not run CLUSTER NODES, so that `members` come from CLUSTER SLOTS.
  public var hidesMembers = false

  /// A Redis about which nothing is known yet.
  public init(wishes: RedisWishes) { self.wishes = wishes }
}

/// What the settings say about the Redis, as far as examinations need it.
public struct RedisWishes: Sendable {
  /// Whether `--redis-topology` demands a cluster.
  public var demandsCluster = false
  /// Whether `--redis-tls` is on.
  public var isEncrypted = false
  /// Whether there is a password.
  public var hasPassword = false
  /// The user's name.
  public var user = "default"
  /// Whether every seed is on this machine.
  public var isLocal = true
  /// The longest time that a request may take.
  public var deadline = TimeSpan.seconds(10)
  /// The bytes that all expected sessions will take in the primaries; nil when none were given.
  public var expectedBytes: Int?

  /// The settings' defaults.
  public init() {}
}

/// What is known about a node.
public struct NodeFacts: Sendable {
  /// Where it listens.
  public var address: String
  /// How the attempt to reach it ended.
  public var reach: Reach
  /// The TLS version, such as "TLSv1.3"; nil when plain.
  public var tlsVersion: String?
  /// The certificate that it presents; nil when plain.
  public var certificate: Certificate?
  /// INFO.
  public var info: Known<InfoText> = .unknown
  /// CLUSTER INFO.
  public var clusterInfo: Known<InfoText> = .unknown
  /// Parts of its configuration, from CONFIG GET.
  public var configuration: Known<[String: String]> = .unknown
  /// What the user may do there; nil when it could not be tried.
  public var rights: CommandRights?
  /// How far its clock is ahead of this machine's, and the uncertainty: half a round trip and 1 ms.
  public var clock: (ahead: TimeSpan, uncertainty: TimeSpan)?
  /// How long each answered ping took, in the order they were sent.
  public var pings: [TimeSpan] = []

  /// A node about which nothing else is known yet.
  public init(address: String, reach: Reach) {
    self.address = address
    self.reach = reach
  }

  /// Whether it calls itself a primary (INFO's `role`); nil when unknown.
  var isPrimary: Bool? { info.value?["role"].map { $0 == "master" } }
}
