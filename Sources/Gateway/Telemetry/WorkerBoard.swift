// What one worker has counted, where a scrape on another thread can read it. Only the worker writes,
// so a count is a load and a store that nobody waits for; readers add the workers' boards up.

import API
import ClusterStore
import HTTP
import Primitives
import Synchronization

/// One worker's numbers.
final class WorkerBoard: Sendable {
  /// Numbers that have a name of their own.
  enum Cell: Int, CaseIterable {
    case serving, connections, connectionsAccepted, connectionsRefused
    case bytesReceived, bytesSent
    case timeouts, ticks, batchLargest
    case storeOperations, storeParked
    case storeSubmitted, storeBatches, storeBatched, storeMoved, storeAsked
    case storeMovedToSelf, storeMalformedRedirects, storeTryAgain, storeClusterDown
    case storeMasterDown, storeLoading, storeReadOnly, storeBusy, storeNoReplicas, storeNoScript
    case storeOutOfMemory, storeMisconfigured, storeNotPermitted
    case storeVerified, storeVerifiedExecuted, storeVerifiedRepeated, storeUnknownOutcomes
    case storeSilences, storeSuspicions, storeRenewals
    case storeRetried, storeConnected, storeLinkFaults, storeRefreshes, storeRefreshFaults
    case storeOverloaded, lockRequests
  }

  /// The statuses that are counted one by one; whatever else there is counts as the last.
  static let statuses: InlineArray<28, Int> = [
    200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 417, 423, 428,
    431, 500, 501, 503, 504, 505, 100, 429, 0,
  ]
  /// The upper bounds of the latency histogram, in microseconds.
  static let latencyBounds: InlineArray<16, Int64> = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
  ]
  static let methods = 10
  static let routes = Route.allCases.count
  private static let latencyStart = 12 * 10 * 28
  private static let latencyWidth = 18
  private static let cellStart = latencyStart + 12 * latencyWidth

  private let cells: InlineArray<3_840, Atomic<Int>>

  init() {
    precondition(Self.cellStart + Cell.allCases.count <= 3_840, "every number has its cell")
    cells = InlineArray { _ in Atomic(0) }
  }

  /// Counts one answer.
  func count(_ exchange: Exchange, status: Int, took span: TimeSpan) {
    let route = Int(exchange.route.rawValue)
    let method = Int(exchange.method.rawValue)
    add(1, at: (route * Self.methods + method) * 28 + Self.place(of: status))
    let start = Self.latencyStart + route * Self.latencyWidth
    let microseconds = span.nanoseconds / 1_000
    var bucket = 0
    while bucket < 16, Self.latencyBounds[bucket] < microseconds { bucket += 1 }
    add(1, at: start + bucket)
    add(Int(microseconds), at: start + 17)
  }

  /// Adds to a number.
  func add(_ count: Int, to cell: Cell) { add(count, at: Self.cellStart + cell.rawValue) }

  /// Replaces a number.
  func set(_ cell: Cell, _ value: Int) {
    cells[Self.cellStart + cell.rawValue].store(value, ordering: .relaxed)
  }

  /// Replaces the store's numbers.
  func publish(_ counters: ClusterCounters) {
    set(.storeSubmitted, counters.operations)
    set(.storeBatches, counters.batches)
    set(.storeBatched, counters.batchedOperations)
    set(.batchLargest, counters.largestBatch)
    set(.storeMoved, counters.moved)
    set(.storeAsked, counters.asked)
    set(.storeRetried, counters.retried)
    set(.storeConnected, counters.connected)
    set(.storeLinkFaults, counters.linkFaults)
    set(.storeRefreshes, counters.refreshes)
    set(.storeRefreshFaults, counters.refreshFaults)
    set(.storeOverloaded, counters.overloaded)
    set(.storeVerified, counters.verified)
    set(.storeVerifiedExecuted, counters.verifiedExecuted)
    set(.storeVerifiedRepeated, counters.verifiedRepeated)
    set(.storeUnknownOutcomes, counters.unknownOutcomes)
    set(.storeSilences, counters.silences)
    set(.storeSuspicions, counters.suspicions)
    set(.storeRenewals, counters.renewals)
    publishRefusals(counters)
  }

  private func publishRefusals(_ counters: ClusterCounters) {
    set(.storeMovedToSelf, counters.movedToSelf)
    set(.storeMalformedRedirects, counters.malformedRedirects)
    set(.storeTryAgain, counters.tryAgain)
    set(.storeClusterDown, counters.clusterDown)
    set(.storeMasterDown, counters.masterDown)
    set(.storeLoading, counters.loading)
    set(.storeReadOnly, counters.readOnly)
    set(.storeBusy, counters.busy)
    set(.storeNoReplicas, counters.noReplicas)
    set(.storeNoScript, counters.noScript)
    set(.storeOutOfMemory, counters.outOfMemory)
    set(.storeMisconfigured, counters.misconfigured)
    set(.storeNotPermitted, counters.notPermitted)
  }

  // MARK: Reading

  /// A number.
  func value(_ cell: Cell) -> Int { load(Self.cellStart + cell.rawValue) }

  /// How many answers of a kind there were.
  func requests(route: Int, method: Int, status place: Int) -> Int {
    load((route * Self.methods + method) * 28 + place)
  }

  /// How many answers of a route took so long: 16 bounded buckets and one without a bound.
  func latency(route: Int, bucket: Int) -> Int {
    load(Self.latencyStart + route * Self.latencyWidth + bucket)
  }

  /// How long all answers of a route took together, in microseconds.
  func latencySum(route: Int) -> Int {
    load(Self.latencyStart + route * Self.latencyWidth + 17)
  }

  private func load(_ place: Int) -> Int { cells[place].load(ordering: .relaxed) }

  private func add(_ count: Int, at place: Int) {
    let value = cells[place].load(ordering: .relaxed)
    cells[place].store(value &+ count, ordering: .relaxed)
  }

  private static func place(of status: Int) -> Int {
    for place in 0..<27 where statuses[place] == status { return place }
    return 27
  }
}
