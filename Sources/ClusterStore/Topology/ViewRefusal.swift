/// Why a node's view of the cluster was not adopted. The remedies are kept where the settings are
/// known.
public enum ViewRefusal: Equatable, Sendable {
  /// It lists no slots.
  case noSlots
  /// Its answer is not a `CLUSTER SLOTS` reply.
  case unreadable
  /// Others have reported a younger view.
  case outdated
  /// The node belongs to another cluster.
  case anotherCluster
  /// The node has cluster mode disabled, and the others form a cluster.
  case standaloneInCluster
  /// Another node answers at its address than before.
  case anotherNode
  /// The node has cluster mode disabled, and a cluster is required.
  case standaloneButClusterDemanded
  /// The node has cluster mode disabled, and there are other seeds: each would be a store of its
  /// own.
  case standaloneAmongSeeds
  /// The user may not run the command.
  case notPermitted
  /// It answered with another error.
  case refused

  /// Whether the node reported no topology at all, rather than one that is not followed.
  var isUnread: Bool {
    switch self {
    case .noSlots, .unreadable, .notPermitted, .refused: true
    case .outdated, .anotherCluster, .standaloneInCluster, .anotherNode,
      .standaloneButClusterDemanded, .standaloneAmongSeeds:
      false
    }
  }
}
