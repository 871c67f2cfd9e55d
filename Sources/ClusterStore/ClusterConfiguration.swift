// The configuration of the store over Redis, fixed when it starts.

import Primitives
public import Redis

/// The kind of deployment that the seeds belong to.
public enum TopologyMode: Sendable {
  /// Find out from the seeds.
  case discover
  /// One node that serves every slot.
  case single
  /// A cluster; a node with cluster mode disabled is a fault.
  case cluster
}

/// Which nodes reads go to.
public enum ReadTarget: Sendable {
  /// The slot's primary: a read sees every acknowledged write.
  case primary
  /// A replica that follows its primary closely, if there is one.
  case replica
}

/// How to reach Redis, and the bounds of the store.
public struct ClusterConfiguration: Sendable {
  /// The addresses to start from; any node of a cluster will do.
  public var seeds: [Endpoint]
  /// The kind of deployment that they belong to.
  public var mode: TopologyMode
  /// Which nodes reads go to.
  public var reads = ReadTarget.primary
  /// The user and password for Redis; nil when Redis requires none.
  public var credentials: NodeCredentials?
  /// The bounds.
  public var limits: ClusterLimits
  /// The seed of the pauses' randomness; nil for a random one in each worker.
  public var jitterSeed: UInt64?
  /// Distinguishes records that this process writes from others': 24 bits, not all 0.
  public var origin: UInt32

  /// A configuration without credentials.
  public init(seeds: [Endpoint], mode: TopologyMode = .discover) {
    precondition(!seeds.isEmpty, "a store over Redis has at least one seed")
    self.seeds = seeds
    self.mode = mode
    limits = ClusterLimits()
    var entropy = Entropy()
    origin = UInt32(entropy.bits() % 0xFF_FFFF) + 1
  }
}
