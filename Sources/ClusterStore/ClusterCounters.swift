// The store's counters. Plain numbers, changed where things happen; the tick publishes them.

import Redis

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

  /// MOVED answers.
  public var moved = 0
  /// MOVED answers that name the very node that answered.
  public var movedToSelf = 0
  /// ASK answers.
  public var asked = 0
  /// MOVED and ASK answers that cannot be parsed.
  public var malformedRedirects = 0
  /// TRYAGAIN answers.
  public var tryAgain = 0
  /// CLUSTERDOWN answers.
  public var clusterDown = 0
  /// MASTERDOWN answers.
  public var masterDown = 0
  /// LOADING answers.
  public var loading = 0
  /// READONLY answers.
  public var readOnly = 0
  /// BUSY answers.
  public var busy = 0
  /// NOREPLICAS answers.
  public var noReplicas = 0
  /// NOSCRIPT answers.
  public var noScript = 0
  /// OOM answers.
  public var outOfMemory = 0
  /// MISCONF answers.
  public var misconfigured = 0
  /// NOAUTH, NOPERM and WRONGPASS answers.
  public var notPermitted = 0

  /// Operations sent again, for whatever reason.
  public var retried = 0
  /// Questions about the fate of writes that were handed over and lost.
  public var verified = 0
  /// Of those, the ones whose write had been carried out.
  public var verifiedExecuted = 0
  /// Of those, the ones whose write is repeated over what was found.
  public var verifiedRepeated = 0
  /// Of those, the ones whose write had been replaced by a later one.
  public var verifiedSuperseded = 0
  /// Of those, the ones that decided nothing, or whose write was no longer wanted.
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

  /// Answers after which the command is retried later, all kinds together.
  public var deferred: Int {
    tryAgain + clusterDown + masterDown + loading + readOnly + busy + noReplicas + noScript
      + malformedRedirects
  }

  /// Nothing counted yet.
  public init() {}

  /// Counts an error answer by its kind.
  mutating func count(_ error: RedisError) {
    switch error {
    case .moved: moved += 1
    case .ask: asked += 1
    case .malformedRedirect: malformedRedirects += 1
    case .tryAgain: tryAgain += 1
    case .clusterDown: clusterDown += 1
    case .masterDown: masterDown += 1
    case .loading: loading += 1
    case .readOnly: readOnly += 1
    case .busy: busy += 1
    case .noReplicas: noReplicas += 1
    case .noScript: noScript += 1
    case .outOfMemory: outOfMemory += 1
    case .misconfigured: misconfigured += 1
    case .noAuth, .noPermission, .wrongPassword: notPermitted += 1
    case .wrongType, .crossSlot, .executionAborted, .clusterDisabled, .other: break
    }
  }
}
