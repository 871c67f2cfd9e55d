// What was seen, before anything is said about it. The prober fills it in, examinations read it,
// tests write it by hand. Texts in it are names and addresses, never secrets.

public import Primitives
public import Reactor
public import Redis

/// All that the doctor knows.
public struct Facts: Sendable {
  /// The time of the examination.
  public var now: UnixTime
  /// How many descriptors the gateway needs at most, and how many it may have.
  public var descriptors: (needed: Int, allowed: Int)
  /// The files of the gateway's own that hold certificates.
  public var certificates: [CertificateFacts] = []
  /// What the tokens file came to; nil without one.
  public var tokens: TokensFacts?
  /// What the embedded store may hold, and the machine's memory, in bytes; nil before a Redis.
  public var embedded: (limit: Int, machine: Int)?
  /// The Redis; nil for the embedded store.
  public var redis: RedisFacts?

  /// Nothing is known yet but these.
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

/// What is in the tokens file.
public enum TokensFacts: Equatable, Sendable {
  /// So many tokens of so many namespaces.
  case read(tokens: Int, namespaces: Int)
  /// What is wrong; the first mistake and how many there are.
  case mistaken(String, count: Int)
}

/// What is known of an answer.
public enum Known<Value: Sendable>: Sendable {
  /// The answer.
  case value(Value)
  /// The user may not ask.
  case forbidden
  /// It was not asked, or not answered.
  case unknown

  /// The answer, if there is one.
  public var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }

  /// Whether the user may not ask.
  var isForbidden: Bool {
    if case .forbidden = self { true } else { false }
  }
}

/// How an attempt to reach a node ended.
public enum Reach: Equatable, Sendable {
  /// The node greets.
  case reached
  /// There is no such name.
  case unknownHost
  /// The name service does not answer.
  case noNameService
  /// No connection, with the reason.
  case transport(TransportFault)
  /// It did not answer in time.
  case silent
  /// It speaks TLS, and we do not; or the other way round.
  case otherProtocol
  /// What it answers is not Redis.
  case notRedis
  /// It refuses the greeting, with the error.
  case refused(RedisError)
  /// The doctor's time was over before its turn came.
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

/// What is known of the Redis.
public struct RedisFacts: Sendable {
  /// What the settings say of it.
  public var wishes: RedisWishes
  /// The seeds.
  public var seeds: [SeedFacts] = []
  /// Whether it is a cluster; nil when nobody could be asked.
  public var isCluster: Bool?
  /// The nodes that the gateway would connect to.
  public var nodes: [NodeFacts] = []
  /// How many slots have an owner by CLUSTER SLOTS; nil when it was not answered.
  public var coveredSlots: Int?
  /// The cluster's nodes as one of them sees them, those it has lost included.
  public var members: [ClusterMember] = []
  /// Whether the user may not ask for them (CLUSTER NODES).
  public var hidesMembers = false

  /// A Redis of which nothing is known yet.
  public init(wishes: RedisWishes) { self.wishes = wishes }
}

/// What the settings say of the Redis, as far as examinations need it.
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
  /// What bounds a request.
  public var deadline = TimeSpan.seconds(10)
  /// What all sessions together will take in the primaries, in bytes, if somebody said so.
  public var expectedBytes: Int?

  /// The settings' defaults.
  public init() {}
}

/// What is known of a node.
public struct NodeFacts: Sendable {
  /// Where it listens.
  public var address: String
  /// How the attempt to reach it ended.
  public var reach: Reach
  /// "TLSv1.3"; nil when plain.
  public var tlsVersion: String?
  /// The certificate it shows.
  public var certificate: Certificate?
  /// INFO.
  public var info: Known<InfoText> = .unknown
  /// CLUSTER INFO.
  public var clusterInfo: Known<InfoText> = .unknown
  /// Some of its configuration, by CONFIG GET.
  public var configuration: Known<[String: String]> = .unknown
  /// What the user may do there; nil when it could not be tried.
  public var rights: CommandRights?
  /// How far its clock is ahead of ours, and how sure that is (half a round trip).
  public var clock: (ahead: TimeSpan, uncertainty: TimeSpan)?
  /// How long each answered ping took, in order of time.
  public var pings: [TimeSpan] = []

  /// A node of which nothing else is known yet.
  public init(address: String, reach: Reach) {
    self.address = address
    self.reach = reach
  }

  /// Whether it serves writes, by its own account; nil when it does not say.
  var isPrimary: Bool? { info.value?["role"].map { $0 == "master" } }
}
