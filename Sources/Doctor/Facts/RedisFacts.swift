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
  public var expected: RedisExpectations
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
  public init(expected: RedisExpectations) { self.expected = expected }
}
