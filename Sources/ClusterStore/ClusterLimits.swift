public import Primitives

/// Bounds of the store over Redis. Every queue, buffer and retry has one. When it is reached, the
/// caller is refused before work is wasted.
public struct ClusterLimits: Sendable {
  /// Nodes that are known at a time. A redirect to one more is retried elsewhere.
  public static let nodes = 1_024
  /// Events that wait to be reported. Further ones are dropped.
  static let events = 256
  /// Operations in progress in one worker, waiting ones included.
  public var operations = 16_384
  /// Operations that wait for replies of one node.
  public var pipelineOperations = 8_192
  /// Bytes of commands in one node's pipeline that have not been answered.
  public var pipelineBytes = 64 << 20
  /// Bytes of large commands and replies in progress with one node; further ones wait their turn.
  public var largeBytes = 2 << 20
  /// Operations that gather while a node owes answers, before they leave all the same.
  public var gatheredOperations = 16
  /// Bytes of commands that gather so: what one TLS record holds.
  public var gatheredBytes = 16 << 10
  /// How long commands may gather.
  public var gathering = TimeSpan.milliseconds(1)
  /// New operations that wait for a node to be found or to recover. Those that a node refused, or
  /// whose connection was lost, may wait beyond it.
  public var parkedOperations = 8_192
  /// Bytes of the commands of operations that wait so, above which no new one may.
  public var parkedBytes = 64 << 20
  /// Operations that wait for their turn at a node.
  public var awaitingTurns = 4_096
  /// Bytes of the commands that wait for their turn.
  public var awaitingBytes = 64 << 20
  /// The longest reply, in bytes: a payload of the largest size with its header and content type,
  /// or a node's description of the cluster.
  public var replyBytes: Int
  /// The largest session, in bytes, that this gateway cannot keep but still skips in the stream
  /// (`ReplyLimits.passed`): the most that any gateway's settings accept.
  public var passedBytes = 65 << 20
  /// Attempts at one operation before it is given up.
  public var attempts = 250
  /// Corrections of timeouts and questions about lost writes in progress beside the callers'
  /// operations, in all and in each pipeline.
  public var ownOperations = 1_024
  /// How many connections may be lost while an operation's answer is the next one to come, or while
  /// it is a large one in progress. Then it is taken for the reason, and ends.
  public var losses = 3
  /// How long a node may send nothing it owes, and accept nothing of an unfinished command, before
  /// it is suspect. A suspect node is sent only the rest of a command that has begun, and other
  /// nodes are asked who serves its slots.
  public var suspicion = TimeSpan.seconds(1)
  /// How long that may last before the node's connection is given up.
  public var silence = TimeSpan.seconds(5)
  /// How long one reply may take on a connection that still brings bytes now and then; `silence` is
  /// added to it.
  public var longestAnswer = TimeSpan.seconds(30)
  /// How long an owner of slots may go without a command before it is probed, so that a fault is
  /// known before a caller meets it; and how often a replica is asked how closely it follows.
  public var probing = TimeSpan.seconds(1)
  /// How long no owner of slots must have served before a view of another cluster is believed: longer
  /// than a failover takes.
  public var foreignView = TimeSpan.seconds(30)
  /// How long to wait at the start for seeds that no view lists, while no view has most of the
  /// seeds.
  public var firstView = TimeSpan.seconds(2)
  /// How long to wait for a node's topology before asking another node. It doubles with each node
  /// that did not answer, up to `longestRefresh`: if all are slow, one of them must be waited for.
  public var refreshPatience = TimeSpan.milliseconds(500)
  /// The longest wait for a node's topology.
  public var longestRefresh = TimeSpan.seconds(5)
  /// How long a connection may take, TLS included; the greeting may take as long again.
  public var connecting = TimeSpan.seconds(3)
  /// The age at which the topology is requested again.
  public var topologyAge = TimeSpan.seconds(60)
  /// The same while slots have no owner.
  public var incompleteAge = TimeSpan.milliseconds(200)
  /// The same while reads go to replicas and an owner of slots has none.
  public var bareAge = TimeSpan.seconds(5)
  /// How long a connection that is no longer needed is kept after its last use, for example one to
  /// a node outside the topology.
  public var unwantedAge = TimeSpan.seconds(10)
  /// How long ago a replica may have last heard from its primary and still be read from: more than
  /// the ten seconds at which an idle primary pings (`repl-ping-replica-period`).
  public var replicaLag = TimeSpan.seconds(15)
  /// The shortest time between two requests for the topology.
  public var refreshPause = TimeSpan.milliseconds(100)
  /// The same at the start after a view that was not adopted: other seeds have yet to report.
  public var refusedViewPause = TimeSpan.milliseconds(250)
  /// When something that waits for a node or for room is tried again, unless a change wakes it
  /// earlier.
  public var retryPause = TimeSpan.milliseconds(50)
  /// The shortest time between two probes of a node after it refused a caller.
  public var refusedCallerPause = TimeSpan.milliseconds(100)
  /// The time between two probes of a node that refused the last one.
  public var refusedProbePause = TimeSpan.milliseconds(250)
  /// The shortest time between two loadings of the scripts on a node.
  public var scriptPause = TimeSpan.milliseconds(100)
  /// The shortest time between two connections to a node that are replaced on purpose, and how long
  /// one must last for the pauses between attempts to start over.
  public var settled = TimeSpan.seconds(1)
  /// How long the correction of a session's timeout is tried.
  public var correction = TimeSpan.seconds(30)

  /// The bounds of a store whose largest payload has `largestBody` bytes.
  public init(largestBody: Int = 1 << 20) {
    replyBytes = max(largestBody, 1 << 20) + (1 << 20)
  }
}
