// What a view of the cluster that was not adopted means to an operator.

import ClusterStore

extension ViewRefusal {
  /// A clause for the log.
  var detail: String {
    switch self {
    case .noSlots: "it lists no slots"
    case .unreadable: "its reply cannot be read"
    case .outdated: "others reported a newer view"
    case .anotherNode: "another node answers at its address"
    case .anotherCluster: "it belongs to another cluster"
    case .standaloneInCluster: "it is not a cluster node, and others are"
    case .standaloneButClusterDemanded:
      "it is not a cluster node, and --redis-topology says cluster"
    case .standaloneAmongSeeds: "it is not a cluster node, and --redis names several nodes"
    case .notPermitted: "the ACL user may not run CLUSTER SLOTS"
    case .refused: "it refuses CLUSTER SLOTS"
    }
  }
}
