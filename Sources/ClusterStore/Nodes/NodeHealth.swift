public import Redis

/// What there is to say of a node to an operator.
public struct NodeHealth: Sendable {
  /// Where it is.
  public var endpoint: Endpoint
  /// What it is for.
  public var role: NodeRole
  /// Whether commands can be sent to it.
  public var isReady: Bool
  /// Whether it answers what it is asked of its slots: not while it reads its data, or its cluster is down.
  public var isServing = true
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
  /// What it says, while it is connected, that it cannot do; by what its errors begin with.
  public var refusals: [ErrorKind] = []
  /// Why there is no connection; nil when there is one, or when none was wanted yet.
  public var fault: LinkFault?
  /// Why a connection was last lost or not made, be there one now or not.
  public var lastFault: LinkFault?
}
