public import Redis

/// A change of a node or of the topology that belongs in the log: one line for each event, never
/// one for each request.
public enum ClusterEvent: Equatable, Sendable {
  /// A connection is ready for commands.
  case nodeUp(Endpoint)
  /// A connection was lost or could not be made; reported once until it is up again, and again if
  /// the fault changes.
  case nodeDown(Endpoint, LinkFault)
  /// A node owes answers and has been silent for too long; reported once until it answers again.
  case nodeSuspect(Endpoint)
  /// A suspect node answers again.
  case nodeRecovered(Endpoint)
  /// A connected node answers with errors that describe its state; reported once until they have
  /// stopped.
  case nodeRefuses(Endpoint, ErrorKind)
  /// Such errors have not been seen for a while.
  case nodeAccepts(Endpoint, ErrorKind)
  /// A replica follows its primary closely and may be read from.
  case replicaReadable(Endpoint)
  /// A replica has not heard from its primary for too long and is no longer read from.
  case replicaLagging(Endpoint)
  /// The deployment is one node.
  case singleNode(Endpoint)
  /// A topology was adopted that differs from the one before.
  case topologyChanged(primaries: Int, replicas: Int, slots: Int)
  /// A node's view of the cluster was not adopted; reported once for each reason.
  case viewRefused(Endpoint, ViewRefusal)
}
