public import Redis

/// What an operator can be told about a node.
public struct NodeHealth: Sendable {
  /// Its address.
  public var endpoint: Endpoint
  /// Its role.
  public var role: NodeRole
  /// Whether commands can be sent to it.
  public var isReady: Bool
  /// Whether it answers probes of its slots: not while it is loading its data or its cluster is
  /// down.
  public var isServing = true
  /// The number of slots it serves.
  public var slots: Int
  /// How long its last answer took.
  public var latencySeconds: Double
  /// The number of operations that wait for its replies.
  public var depth: Int
  /// Whether it owes answers and has been silent for too long.
  public var isSuspect = false
  /// What was counted since it became known.
  public var tally = NodeTally()
  /// What it answers, while connected, that it cannot do, by the first word of its errors.
  public var refusals: [ErrorKind] = []
  /// Why there is no connection; nil if there is one, or none was wanted yet.
  public var fault: LinkFault?
  /// Why a connection was last lost or could not be made, whether or not there is one now.
  public var lastFault: LinkFault?
  /// Why what it reports of its cluster is not adopted, if that matters: none is known yet, or another
  /// Redis answers at the address than the node that is meant.
  public var viewRefusal: ViewRefusal?
}
