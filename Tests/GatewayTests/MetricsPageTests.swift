// What is counted on a worker's board, and under which name monitors read it: every number is
// another one, so that one that goes astray is seen.

import API
import HTTP
import Primitives
import Sessions
import Testing

@testable import ClusterStore
@testable import Gateway
@testable import Server

@Suite("The metrics page")
struct MetricsPageTests {
  /// The samples of the page that these boards make, without the prefix that names have in common.
  private func samples(_ boards: [WorkerBoard], waiters: Int = 0) throws -> [Substring] {
    let state = GatewayState(
      version: "", boards: boards, contract: "",
      output: try LogOutput(accessLanes: 0, isJSON: true))
    let page = MetricsPage.page(state, BackendHealth(store: "redis"), waiters: waiters)
    let text = unsafe page.content.bytes.withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    let prefix = "session_gateway_"
    return text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map {
      $0.dropFirst(prefix.count)
    }
  }

  /// Compares the samples of the families that are expected, all of each, in their order.
  private func expect(_ expected: String, in samples: [Substring]) {
    let lines = expected.split(separator: "\n")
    let family: (Substring) -> Substring = { $0.prefix { $0 != "{" && $0 != " " } }
    let families = Set(lines.map(family))
    let found = samples.filter { families.contains(family($0)) }
    #expect(found.count == lines.count)
    for (found, line) in zip(found, lines) { #expect(found == line) }
  }

  /// Every number that is counted has one of its own in this test, and is on the page.
  private func expectAll(_ counters: Any, in samples: [Substring]) {
    let numbers = Mirror(reflecting: counters).children.compactMap { child in
      (child.value as? Int).map { (name: child.label ?? "", count: $0) }
    }
    #expect(Set(numbers.map(\.count)).count == numbers.count)
    for number in numbers {
      let isShown = number.count > 0 && samples.contains { $0.hasSuffix(" \(number.count)") }
      #expect(isShown, "\(number.name)")
    }
  }

  @Test("What the store over Redis counts")
  func store() throws {
    var counters = ClusterCounters()
    let fields: [WritableKeyPath<ClusterCounters, Int>] = [
      \.operations, \.batchedOperations, \.largestBatch, \.movedToSelf, \.retried,
      \.verifiedExecuted, \.verifiedRepeated, \.verifiedSuperseded, \.verifiedInVain,
      \.unknownOutcomes, \.overloaded, \.connected, \.linkFaults, \.silences, \.suspicions,
      \.reconnects, \.refreshes, \.topologyChanges, \.refreshFaults, \.replicaReads,
      \.replicaFallbacks, \.staleViews,
    ]
    for (place, field) in fields.enumerated() { counters[keyPath: field] = 101 + place }
    for (place, kind) in ErrorKind.allCases.enumerated() { counters.errors[kind] = 201 + place }
    for (size, count) in [(1, 1), (2, 2), (4, 4), (8_192, 3), (100_000, 5)] {
      for _ in 0..<count { counters.batchSizes.count(size) }
    }
    let boards = [WorkerBoard(), WorkerBoard()]
    boards[0].publish(counters)
    expect(
      """
      redis_operations_total 101
      redis_batch_operations_max 103
      redis_redirects_total{kind="moved"} 201
      redis_redirects_total{kind="ask"} 202
      redis_refusals_total{kind="malformed-redirect"} 203
      redis_refusals_total{kind="tryagain"} 204
      redis_refusals_total{kind="clusterdown"} 205
      redis_refusals_total{kind="masterdown"} 206
      redis_refusals_total{kind="loading"} 207
      redis_refusals_total{kind="readonly"} 208
      redis_refusals_total{kind="busy"} 209
      redis_refusals_total{kind="noreplicas"} 210
      redis_refusals_total{kind="noscript"} 211
      redis_refusals_total{kind="oom"} 212
      redis_refusals_total{kind="misconf"} 213
      redis_refusals_total{kind="noauth"} 214
      redis_refusals_total{kind="noperm"} 215
      redis_refusals_total{kind="wrongpass"} 216
      redis_refusals_total{kind="wrongtype"} 217
      redis_refusals_total{kind="crossslot"} 218
      redis_refusals_total{kind="execabort"} 219
      redis_refusals_total{kind="no-cluster"} 220
      redis_refusals_total{kind="other"} 221
      redis_moved_to_self_total 104
      redis_lost_writes_total{fate="executed"} 106
      redis_lost_writes_total{fate="repeated"} 107
      redis_lost_writes_total{fate="superseded"} 108
      redis_lost_writes_total{fate="unknown"} 109
      redis_unknown_outcomes_total 110
      redis_silences_total 114
      redis_suspicions_total 115
      redis_reconnects_total 116
      redis_retries_total 105
      redis_connects_total 112
      redis_connection_faults_total 113
      redis_refreshes_total 117
      redis_topology_changes_total 118
      redis_refresh_faults_total 119
      redis_stale_topologies_total 122
      redis_replica_reads_total 120
      redis_replica_fallbacks_total 121
      redis_overloads_total 111
      redis_batch_operations_sum 102
      redis_batch_operations_count 15
      """, in: try samples(boards))
    let buckets = try samples(boards).filter { $0.hasPrefix("redis_batch_operations_bucket") }
    #expect(
      buckets.map { $0.split(separator: " ").last } == [
        "1", "3", "7", "7", "7", "7", "7", "7", "7", "7", "7", "7", "7", "10", "15",
      ])
    expectAll(counters, in: try samples(boards))
    // The largest of all workers' batches, and the sum of all else.
    boards[1].publish(counters)
    expect(
      """
      redis_operations_total 202
      redis_batch_operations_max 103
      redis_overloads_total 222
      """, in: try samples(boards))
  }

  @Test("What the server counts")
  func server() throws {
    var counters = ServerCounters()
    let fields: [WritableKeyPath<ServerCounters, Int>] = [
      \.accepted, \.bytesReceived, \.bytesSent, \.handshakes, \.handshakesResumed,
      \.handshakeFaults, \.placesExhausted, \.exhaustions, \.fullBuffers, \.handshakeTimeouts,
      \.headTimeouts, \.bodyTimeouts, \.idleTimeouts, \.writeTimeouts, \.lingerTimeouts,
    ]
    for (place, field) in fields.enumerated() { counters[keyPath: field] = 201 + place }
    let board = WorkerBoard()
    board.publish(counters)
    let own: [WorkerBoard.Bound] = [.deadline, .bodySize, .targetSize, .fieldSize]
    for (place, bound) in own.enumerated() { board.setBound(bound, 301 + place) }
    expect(
      """
      connections_accepted_total 201
      received_bytes_total 202
      sent_bytes_total 203
      limits_total{limit="connections"} 207
      limits_total{limit="descriptors"} 208
      limits_total{limit="client-buffers"} 209
      limits_total{limit="handshake-timeout"} 210
      limits_total{limit="head-timeout"} 211
      limits_total{limit="body-timeout"} 212
      limits_total{limit="idle-timeout"} 213
      limits_total{limit="write-timeout"} 214
      limits_total{limit="linger-timeout"} 215
      limits_total{limit="deadline"} 301
      limits_total{limit="body-size"} 302
      limits_total{limit="target-size"} 303
      limits_total{limit="field-size"} 304
      tls_handshakes_total{peer="client",result="full"} 204
      tls_handshakes_total{peer="client",result="resumed"} 205
      tls_handshakes_total{peer="client",result="failed"} 206
      tls_handshakes_total{peer="redis",result="full"} 0
      tls_handshakes_total{peer="redis",result="resumed"} 0
      tls_handshakes_total{peer="redis",result="failed"} 0
      """, in: try samples([board]))
    expectAll(counters, in: try samples([board]))
  }

  @Test("What the worker counts itself")
  func worker() throws {
    let board = WorkerBoard()
    let cells: [WorkerBoard.Cell] = [
      .connections, .inFlight, .clientBytes, .storeHandshakes, .storeHandshakesResumed,
      .storeHandshakeFaults, .locksAcquired, .locksWaited, .locksRefused, .locksRenewed,
      .locksReleased, .locksLost, .storeOperations, .storeParked, .storeAwaitingTurns,
    ]
    for (place, cell) in cells.enumerated() { board.set(cell, 401 + place) }
    expect(
      """
      connections 401
      requests_in_flight 402
      client_buffer_bytes 403
      tls_handshakes_total{peer="client",result="full"} 0
      tls_handshakes_total{peer="client",result="resumed"} 0
      tls_handshakes_total{peer="client",result="failed"} 0
      tls_handshakes_total{peer="redis",result="full"} 404
      tls_handshakes_total{peer="redis",result="resumed"} 405
      tls_handshakes_total{peer="redis",result="failed"} 406
      locks_total{event="acquired"} 407
      locks_total{event="waited"} 408
      locks_total{event="refused"} 409
      locks_total{event="renewed"} 410
      locks_total{event="released"} 411
      locks_total{event="lost"} 412
      lock_waiters 501
      redis_pipeline_operations 413
      redis_parked_operations 414
      redis_waiting_large_operations 415
      """, in: try samples([board], waiters: 501))
  }
}
