// What the store over Redis is told once, at its start.

public import Primitives
public import Redis

/// Which kind of deployment the seeds belong to.
public enum TopologyMode: Sendable {
  /// Ask the seeds.
  case discover
  /// One node that serves every slot.
  case single
  /// A cluster; a node that is none is a fault.
  case cluster
}

/// Which nodes reads go to.
public enum ReadTarget: Sendable {
  /// The slot's primary: what was written is read.
  case primary
  /// A replica that follows it closely, where there is one.
  case replica
}

/// Bounds of the store over Redis. Every queue, buffer and retry has one; when it is reached the
/// caller is told before work is wasted.
public struct ClusterLimits: Sendable {
  /// How many operations one worker has under way, waiting ones included.
  public var operations = 16_384
  /// How many operations wait for answers of one node.
  public var pipelineOperations = 8_192
  /// How many bytes of commands one node's pipeline holds, answered ones excluded.
  public var pipelineBytes = 64 << 20
  /// How many bytes of large commands and answers are under way with one node; the rest waits its turn.
  public var largeBytes = 2 << 20
  /// How many operations wait for a node to be found or to recover, or for their turn at one.
  public var parkedOperations = 8_192
  /// How many bytes of commands wait with them, those apart that wait for their turn.
  public var parkedBytes = 64 << 20
  /// How many of them wait for their turn.
  public var awaitingTurns = 4_096
  /// How many bytes of commands wait with those.
  public var awaitingBytes = 64 << 20
  /// The longest reply, in bytes: a payload of the largest size with its header and content type, or what a
  /// cluster tells of itself.
  public var replyBytes: Int
  /// How many bytes a session may have that this gateway cannot keep: it is passed over (`ReplyLimits.passed`).
  /// The most that any gateway's settings let in.
  public var passedBytes = 65 << 20
  /// How often one operation is tried before it is given up.
  public var attempts = 250
  /// How many corrections of timeouts and questions after lost writes may be under way beside the
  /// callers' operations, in all and in each pipeline.
  public var ownOperations = 1_024
  /// After how long without a byte of an answer, or one taken of what it cannot answer yet, a node is
  /// suspect: nothing is handed to it but the rest of what it has begun, and other nodes are asked who
  /// serves its slots.
  public var suspicion = TimeSpan.seconds(1)
  /// After how long without either a node's connection is given up.
  public var silence = TimeSpan.seconds(5)
  /// How long one answer may take on a connection that brings bytes of it now and then.
  public var longestAnswer = TimeSpan.seconds(30)
  /// After how long without a command an owner of slots is asked whether it serves them, so that it is
  /// known before somebody needs it; and how often a replica is asked how it follows.
  public var probing = TimeSpan.seconds(1)
  /// How long at the start seeds are waited for that no view lists, while none has most of them.
  public var firstView = TimeSpan.seconds(2)
  /// How long an answer to a request for the topology is waited for before another node is asked.
  public var refreshPatience = TimeSpan.milliseconds(500)
  /// How long a connection may take to be made, TLS included; and once more how long its greeting.
  public var connecting = TimeSpan.seconds(3)
  /// How old the topology may become before it is asked for again.
  public var topologyAge = TimeSpan.seconds(60)
  /// How old it may become while slots have no owner.
  public var incompleteAge = TimeSpan.milliseconds(200)
  /// How old it may become while somebody who serves slots has no replica to be read from.
  public var bareAge = TimeSpan.seconds(5)
  /// How long a node that is not in the topology keeps its connection after its last use.
  public var strangerAge = TimeSpan.seconds(10)
  /// How long ago a replica may have last heard of its primary and still be read from: more than the
  /// ten seconds after which an idle primary says that it is there (`repl-ping-replica-period`).
  public var replicaLag = TimeSpan.seconds(15)
  /// The least time between two requests for the topology.
  public var refreshPause = TimeSpan.milliseconds(100)

  /// The bounds of a store whose largest payload has so many bytes.
  public init(largestBody: Int = 1 << 20) {
    replyBytes = max(largestBody, 1 << 20) + (1 << 20)
  }
}

/// How to reach Redis and how to behave there.
public struct ClusterConfiguration: Sendable {
  /// First addresses; any node of a cluster will do.
  public var seeds: [Endpoint]
  /// Which kind of deployment they belong to.
  public var mode: TopologyMode
  /// Which nodes reads go to.
  public var reads = ReadTarget.primary
  /// Who the gateway is to Redis; nil when Redis asks for no password.
  public var credentials: NodeCredentials?
  /// The bounds.
  public var limits: ClusterLimits
  /// Where the randomness of pauses begins; nil for somewhere else in each worker.
  public var jitterSeed: UInt64?
  /// What tells the records that this process writes from others': 24 bits, not all 0.
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
