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
  /// A connected node answers with errors that say how it is; told once until it is over.
  case nodeRefuses(Endpoint, ErrorKind)
  /// Such answers have not come for a while.
  case nodeAccepts(Endpoint, ErrorKind)
  /// A replica follows its primary closely and is read from.
  case replicaReadable(Endpoint)
  /// A replica has not heard of its primary for too long and is not read from any more.
  case replicaLagging(Endpoint)
  /// The deployment is one node.
  case singleNode(Endpoint)
  /// A topology was taken over that differs from the one before.
  case topologyChanged(primaries: Int, replicas: Int, slots: Int)
  /// What a node told of the cluster was not taken over; told once for each reason.
  case viewRefused(Endpoint, ViewRefusal)
}
