public import Redis

/// Something that happened to a node or the topology and that belongs in the log: one line an event,
/// never one a request.
public enum ClusterEvent: Equatable, Sendable {
  /// A connection is ready for commands.
  case nodeUp(Endpoint)
  /// A connection was lost or could not be made; told once until it is up again.
  case nodeDown(Endpoint, LinkFault)
  /// A node owes answers and has been silent for too long; told once until it answers again.
  case nodeSuspect(Endpoint)
  /// A suspect node answers again.
  case nodeRecovered(Endpoint)
  /// A replica follows its primary closely and is read from.
  case replicaReadable(Endpoint)
  /// A replica has not heard of its primary for too long and is not read from any more.
  case replicaLagging(Endpoint)
  /// The deployment is one node.
  case singleNode(Endpoint)
  /// A topology was taken over that differs from the one before.
  case topologyChanged(primaries: Int, replicas: Int, slots: Int)
  /// A node gave a topology that cannot be read.
  case topologyRefused(Endpoint, String)
}

/// What the tick is asked to do with a link.
public enum LinkAction: Equatable, Sendable {
  /// Connect to the node and say `linkOpened` or `linkLost`.
  case open(Link, Endpoint)
  /// Close the connection; nothing more is said of it.
  case close(Link)
}

/// What there is to say of a node to an operator.
public struct NodeHealth: Sendable {
  /// Where it is.
  public var endpoint: Endpoint
  /// What it is for.
  public var role: NodeRole
  /// Whether commands can be sent to it.
  public var isReady: Bool
  /// How many slots it serves.
  public var slots: Int
  /// How long its last answer took.
  public var latencySeconds: Double
  /// How many operations wait for its answers.
  public var depth: Int
  /// Whether it owes answers and has been silent for too long.
  public var isSuspect = false
  /// What was counted of it since it became known.
  public var tally = NodeTally()
  /// Why the last connection was lost or not made; nil when all is well.
  public var fault: LinkFault?
}
