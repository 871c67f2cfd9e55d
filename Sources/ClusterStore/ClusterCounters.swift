/// What the store has counted since its start. Plain numbers: the tick publishes them.
public struct ClusterCounters: Sendable, Equatable {
  /// Operations that were submitted.
  public var operations = 0
  /// Operations that were handed over in these batches.
  public var batchedOperations = 0
  /// Writes that handed at least one operation over.
  public var batches = 0
  /// The largest number of operations handed over in one write.
  public var largestBatch = 0
  /// MOVED answers.
  public var moved = 0
  /// ASK answers.
  public var asked = 0
  /// Answers that ask for patience: TRYAGAIN, CLUSTERDOWN, LOADING, MASTERDOWN, READONLY and such.
  public var deferred = 0
  /// Operations that were sent again for whatever reason.
  public var retried = 0
  /// Connections that became ready.
  public var connected = 0
  /// Connections that were lost or not made.
  public var linkFaults = 0
  /// Topologies that were taken over.
  public var refreshes = 0
  /// Topologies that could not be read.
  public var refreshFaults = 0
  /// Operations refused because a bound was reached.
  public var overloaded = 0

  /// Nothing counted yet.
  public init() {}
}
