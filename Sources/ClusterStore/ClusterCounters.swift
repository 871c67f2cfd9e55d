// The store's counters. Plain numbers, changed where things happen; the tick publishes them.

/// Counts since the store's start.
public struct ClusterCounters: Sendable, Equatable {
  /// Operations that were submitted.
  public var operations = 0
  /// Operations handed over to nodes.
  public var batchedOperations = 0
  /// The largest number of operations handed over in one write.
  public var largestBatch = 0
  /// All batches by their size.
  public var batchSizes = BatchSizes()

  /// Error replies by kind.
  public var errors = ErrorTally()
  /// MOVED replies that name the very node that replied.
  public var movedToSelf = 0

  /// Operations sent again, for whatever reason.
  public var retried = 0
  /// Questions about the fate of writes that were handed over and lost, whose answer was that the
  /// write had been carried out.
  public var verifiedExecuted = 0
  /// Those after which the write is repeated over what was found.
  public var verifiedRepeated = 0
  /// Those whose write had been replaced by a later one.
  public var verifiedSuperseded = 0
  /// Those that decided nothing, or whose write was no longer wanted.
  public var verifiedInVain = 0
  /// Operations that ended without it being known whether they were carried out.
  public var unknownOutcomes = 0
  /// Operations refused because a bound was reached.
  public var overloaded = 0

  /// Connections that became ready.
  public var connected = 0
  /// Connections that were lost or could not be made.
  public var linkFaults = 0
  /// Of those, the ones given up because the node was silent.
  public var silences = 0
  /// Nodes that became suspect.
  public var suspicions = 0
  /// Connections deliberately replaced.
  public var reconnects = 0
  /// Topologies adopted.
  public var refreshes = 0
  /// Of those, the ones that differed from the one before: a failover, slots or nodes that moved.
  public var topologyChanges = 0
  /// Requests for the topology that got no readable answer, or none in time.
  public var refreshFaults = 0

  /// Reads sent to a replica.
  public var replicaReads = 0
  /// Of those, the ones that the primary had to answer instead.
  public var replicaFallbacks = 0
  /// Topologies not adopted because they were out of date, or of another cluster.
  public var staleViews = 0

  /// Nothing counted yet.
  public init() {}
}
