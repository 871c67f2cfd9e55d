/// Why what a node told of the cluster was not taken over. What to do about it stands where settings are known.
public enum ViewRefusal: Equatable, Sendable {
  /// It has no slots to tell of.
  case noSlots
  /// What it told is no answer to `CLUSTER SLOTS`.
  case unreadable
  /// What it told was so before others told what is.
  case outdated
  /// It is a node of another cluster.
  case anotherCluster
  /// It is a node of no cluster, and the others are those of one.
  case notInCluster
  /// It is a node of no cluster, and one is demanded.
  case noCluster
  /// It is a node of no cluster, and there are other seeds: each would be a store of its own.
  case oneOfSeveral
  /// The user may not ask.
  case notPermitted
  /// It answered with another error.
  case refused
}
