// What a view of the cluster that is not believed says to an operator.

import ClusterStore

extension ViewRefusal {
  /// A clause for the log.
  var detail: String {
    switch self {
    case .noSlots: "it knows of no slots"
    case .unreadable: "its answer cannot be read"
    case .outdated: "its view is older than what others told"
    case .anotherCluster: "it is a node of another cluster"
    case .notInCluster: "it is not a node of the cluster"
    case .noCluster: "it is not a node of a cluster, and --redis-topology says cluster"
    case .oneOfSeveral: "it is not a node of a cluster, and --redis names several nodes"
    case .notPermitted: "the ACL user may not run CLUSTER SLOTS"
    case .refused: "it refuses CLUSTER SLOTS"
    }
  }
}
