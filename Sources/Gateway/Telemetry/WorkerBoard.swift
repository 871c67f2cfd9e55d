// One worker's counts, where a scrape on another thread can read them. Only the worker writes, so
// counting is a load and a store without waiting; readers add up the workers' boards.

import API
import ClusterStore
import HTTP
import Primitives
import Server
import Synchronization

/// One worker's numbers.
final class WorkerBoard: Sendable {
  /// Numbers with a name of their own.
  enum Cell: Int, CaseIterable {
    case serving, connections, connectionsAccepted, inFlight, clientBytes, beats
    case bytesReceived, bytesSent, batchLargest
    case handshakes, handshakesResumed, handshakeFaults
    case storeHandshakes, storeHandshakesResumed, storeHandshakeFaults
    case locksAcquired, locksWaited, locksRefused, locksRenewed, locksReleased, locksLost
    case storeOperations, storeParked, storeAwaitingTurns
    case storeSubmitted, storeBatched, storeMovedToSelf
    case storeVerifiedExecuted, storeVerifiedRepeated, storeVerifiedSuperseded, storeVerifiedInVain
    case storeUnknownOutcomes
    case storeSilences, storeSuspicions, storeReconnects
    case storeRetried, storeConnected, storeLinkFaults, storeRefreshes, storeRefreshFaults
    case storeTopologyChanges, storeTopologySince
    case storeStaleViews, storeReplicaReads, storeReplicaFallbacks
    case storeOverloaded
  }

  /// The bounds that clients meet; `limits_total` counts how often. The bounds of the store over
  /// Redis have their own families.
  enum Bound: Int, CaseIterable {
    case connections, descriptors, clientBuffers
    case handshakeTimeout, headTimeout, bodyTimeout, idleTimeout, writeTimeout, lingerTimeout
    case deadline, bodySize, targetSize, fieldSize

    /// The label's value.
    var label: StaticString {
      switch self {
      case .connections: "connections"
      case .descriptors: "descriptors"
      case .clientBuffers: "client-buffers"
      case .handshakeTimeout: "handshake-timeout"
      case .headTimeout: "head-timeout"
      case .bodyTimeout: "body-timeout"
      case .idleTimeout: "idle-timeout"
      case .writeTimeout: "write-timeout"
      case .lingerTimeout: "linger-timeout"
      case .deadline: "deadline"
      case .bodySize: "body-size"
      case .targetSize: "target-size"
      case .fieldSize: "field-size"
      }
    }
  }

  /// The statuses that are counted one by one; every other one counts as the last, 0.
  static let statuses: InlineArray<28, Int> = [
    200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 417, 423, 428,
    431, 500, 501, 503, 504, 505, 100, 429, 0,
  ]
  static let methods = 10
  private static let routes = 12
  private static let problems = 48
  // A histogram is its ranges and a sum. The order of the cells: answers, their durations by route,
  // ticks, batches, bounds, problems, errors of nodes, and the numbers with a name.
  private static let width = DurationCounts.ranges + 1
  private static let latencyStart = routes * methods * statuses.count
  private static let tickStart = latencyStart + routes * width
  private static let batchStart = tickStart + width
  private static let boundStart = batchStart + BatchSizes.ranges
  private static let problemStart = boundStart + Bound.allCases.count
  private static let errorStart = problemStart + problems
  private static let cellStart = errorStart + ErrorTally.kinds

  private let cells: InlineArray<3_968, Atomic<Int>>
  /// The nodes as the worker last reported them, at most a second ago unless nothing has happened
  /// since.
  let nodes = Mutex<[NodeHealth]>([])

  init() {
    precondition(Self.cellStart + Cell.allCases.count <= 3_968, "every number has its cell")
    precondition(Route.allCases.count <= Self.routes, "every route has its cells")
    precondition(ProblemKind.allCases.count <= Self.problems, "every problem has its cell")
    cells = InlineArray { _ in Atomic(0) }
  }

  /// Counts one answer.
  func count(_ route: Route, _ method: Method, status: Int, took span: TimeSpan) {
    let route = Int(route.rawValue)
    let method = Int(method.rawValue)
    add(1, at: Self.place(route: route, method: method, status: Self.place(of: status)))
    count(span, at: Self.latencyStart + route * Self.width)
  }

  private static func place(route: Int, method: Int, status place: Int) -> Int {
    (route * methods + method) * statuses.count + place
  }

  /// Counts one tick.
  func countTick(took span: TimeSpan) { count(span, at: Self.tickStart) }

  private func count(_ span: TimeSpan, at start: Int) {
    let microseconds = max(0, span.nanoseconds / 1_000)
    add(1, at: start + DurationCounts.range(of: microseconds))
    add(Int(microseconds), at: start + DurationCounts.ranges)
  }

  /// Counts that a client met a bound.
  func count(_ bound: Bound) { add(1, at: Self.boundStart + bound.rawValue) }

  /// Counts an answer that reports a problem.
  func count(_ problem: ProblemKind) { add(1, at: Self.problemStart + Int(problem.rawValue)) }

  /// Adds to a number.
  func add(_ count: Int, to cell: Cell) { add(count, at: Self.cellStart + cell.rawValue) }

  /// Replaces a number.
  func set(_ cell: Cell, _ value: Int) {
    cells[Self.cellStart + cell.rawValue].store(value, ordering: .relaxed)
  }

  /// The worker has ended, and answers every beat that it is asked for from now on.
  func end() { set(.beats, .max) }

  /// Replaces a bound's number.
  func setBound(_ bound: Bound, _ value: Int) {
    cells[Self.boundStart + bound.rawValue].store(value, ordering: .relaxed)
  }

  /// Replaces the server's numbers.
  func publish(_ counters: ServerCounters) {
    set(.connectionsAccepted, counters.accepted)
    set(.bytesReceived, counters.bytesReceived)
    set(.bytesSent, counters.bytesSent)
    set(.handshakes, counters.handshakes)
    set(.handshakesResumed, counters.handshakesResumed)
    set(.handshakeFaults, counters.handshakeFaults)
    setBound(.connections, counters.placesExhausted)
    setBound(.descriptors, counters.exhaustions)
    setBound(.clientBuffers, counters.fullBuffers)
    setBound(.handshakeTimeout, counters.handshakeTimeouts)
    setBound(.headTimeout, counters.headTimeouts)
    setBound(.bodyTimeout, counters.bodyTimeouts)
    setBound(.idleTimeout, counters.idleTimeouts)
    setBound(.writeTimeout, counters.writeTimeouts)
    setBound(.lingerTimeout, counters.lingerTimeouts)
  }

  /// Replaces the store's numbers.
  func publish(_ counters: ClusterCounters) {
    set(.storeSubmitted, counters.operations)
    set(.storeBatched, counters.batchedOperations)
    set(.batchLargest, counters.largestBatch)
    for range in 0..<BatchSizes.ranges {
      cells[Self.batchStart + range].store(counters.batchSizes[range], ordering: .relaxed)
    }
    for place in 0..<ErrorTally.kinds {
      cells[Self.errorStart + place].store(counters.errors[place], ordering: .relaxed)
    }
    set(.storeMovedToSelf, counters.movedToSelf)
    set(.storeRetried, counters.retried)
    set(.storeConnected, counters.connected)
    set(.storeLinkFaults, counters.linkFaults)
    set(.storeRefreshes, counters.refreshes)
    set(.storeTopologyChanges, counters.topologyChanges)
    set(.storeRefreshFaults, counters.refreshFaults)
    set(.storeStaleViews, counters.staleViews)
    set(.storeReplicaReads, counters.replicaReads)
    set(.storeReplicaFallbacks, counters.replicaFallbacks)
    set(.storeOverloaded, counters.overloaded)
    set(.storeVerifiedExecuted, counters.verifiedExecuted)
    set(.storeVerifiedRepeated, counters.verifiedRepeated)
    set(.storeVerifiedSuperseded, counters.verifiedSuperseded)
    set(.storeVerifiedInVain, counters.verifiedInVain)
    set(.storeUnknownOutcomes, counters.unknownOutcomes)
    set(.storeSilences, counters.silences)
    set(.storeSuspicions, counters.suspicions)
    set(.storeReconnects, counters.reconnects)
  }

  // MARK: Reading

  /// A number.
  func value(_ cell: Cell) -> Int { load(Self.cellStart + cell.rawValue) }

  /// The number of answers with this route, method and status.
  func requests(route: Int, method: Int, status place: Int) -> Int {
    load(Self.place(route: route, method: method, status: place))
  }

  /// How long a route's answers took.
  func latencies(route: Int) -> DurationCounts {
    durations(at: Self.latencyStart + route * Self.width)
  }

  /// How long the ticks took.
  var ticks: DurationCounts { durations(at: Self.tickStart) }

  private func durations(at start: Int) -> DurationCounts {
    DurationCounts(
      counts: InlineArray { load(start + $0) }, microseconds: load(start + DurationCounts.ranges))
  }

  /// The number of writes to nodes whose operations fall into this range (`BatchSizes`).
  func batch(_ range: Int) -> Int { load(Self.batchStart + range) }

  /// How often a bound was met.
  func value(_ bound: Bound) -> Int { load(Self.boundStart + bound.rawValue) }

  /// The number of answers that reported a kind of problem.
  func value(_ problem: ProblemKind) -> Int { load(Self.problemStart + Int(problem.rawValue)) }

  /// The number of error replies of a kind.
  func value(_ error: ErrorKind) -> Int { load(Self.errorStart + Int(error.rawValue)) }

  private func load(_ place: Int) -> Int { cells[place].load(ordering: .relaxed) }

  private func add(_ count: Int, at place: Int) {
    let value = cells[place].load(ordering: .relaxed)
    cells[place].store(value &+ count, ordering: .relaxed)
  }

  private static func place(of status: Int) -> Int {
    let last = statuses.count - 1
    for place in 0..<last where statuses[place] == status { return place }
    return last
  }
}
