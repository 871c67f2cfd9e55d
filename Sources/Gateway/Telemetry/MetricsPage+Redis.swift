// The families about the store over Redis: its operations, what was lost or refused, and its nodes.

import API
import ClusterStore
import Primitives
import Redis

extension MetricsPage {
  mutating func addRedis(_ state: GatewayState, _ health: BackendHealth) {
    counter("redis_operations_total", "Operations submitted.", state.sum(.storeSubmitted))
    gauge(
      "redis_batch_operations_max", "The most operations that left in one write.",
      state.boards.map { $0.value(.batchLargest) }.max() ?? 0)
    gauge("redis_pipeline_operations", "Under way.", state.sum(.storeOperations))
    gauge("redis_parked_operations", "Waiting for a node.", state.sum(.storeParked))
    gauge(
      "redis_waiting_large_operations", "Large ones that wait for their turn.",
      state.sum(.storeAwaitingTurns))
    if let age = health.topologyAge {
      gauge("redis_topology_age_seconds", "Since it was last told.", Int(age))
    }
    family("session_gateway_redis_redirects_total", "counter", "MOVED and ASK answers.")
    for (kind, cell) in [("moved", WorkerBoard.Cell.storeMoved), ("ask", .storeAsked)] {
      sample(
        "session_gateway_redis_redirects_total", "kind=\"\(kind)\"", "\(state.sum(cell))")
    }
    addRefusals(state)
    addLosses(state)
    counter("redis_retries_total", "Operations sent again.", state.sum(.storeRetried))
    counter("redis_connects_total", "Connections made.", state.sum(.storeConnected))
    counter("redis_connection_faults_total", "Lost or not made.", state.sum(.storeLinkFaults))
    counter("redis_refreshes_total", "Topologies taken over.", state.sum(.storeRefreshes))
    counter(
      "redis_topology_changes_total", "Of those, the ones that were new.",
      state.sum(.storeTopologyChanges))
    counter(
      "redis_refresh_faults_total", "Topologies that could not be read.",
      state.sum(.storeRefreshFaults))
    counter(
      "redis_stale_topologies_total", "Topologies that were not believed.",
      state.sum(.storeStaleViews))
    counter(
      "redis_replica_reads_total", "Reads sent to replicas.", state.sum(.storeReplicaReads))
    counter(
      "redis_replica_fallbacks_total", "Of those, the ones that primaries had to answer.",
      state.sum(.storeReplicaFallbacks))
    counter("redis_overloads_total", "Refused at a bound.", state.sum(.storeOverloaded))
    addBatches(state)
    addNodes(state.nodes())
  }

  /// Error answers of nodes, by kind.
  private mutating func addRefusals(_ state: GatewayState) {
    let name = "session_gateway_redis_refusals_total"
    family(name, "counter", "Error answers of nodes, redirects apart.")
    let kinds: [(String, WorkerBoard.Cell)] = [
      ("malformed-redirect", .storeMalformedRedirects), ("tryagain", .storeTryAgain),
      ("clusterdown", .storeClusterDown), ("masterdown", .storeMasterDown),
      ("loading", .storeLoading), ("readonly", .storeReadOnly), ("busy", .storeBusy),
      ("noreplicas", .storeNoReplicas), ("noscript", .storeNoScript),
      ("oom", .storeOutOfMemory), ("misconf", .storeMisconfigured),
      ("not-permitted", .storeNotPermitted),
    ]
    for (kind, cell) in kinds { sample(name, "kind=\"\(kind)\"", "\(state.sum(cell))") }
  }

  /// What became of operations and connections that were lost.
  private mutating func addLosses(_ state: GatewayState) {
    counter("redis_moved_to_self_total", "MOVED to who was asked.", state.sum(.storeMovedToSelf))
    let name = "session_gateway_redis_lost_writes_total"
    family(name, "counter", "Questions after writes that were lost, by what was found out.")
    let known = [
      ("executed", state.sum(.storeVerifiedExecuted)),
      ("repeated", state.sum(.storeVerifiedRepeated)),
      ("superseded", state.sum(.storeVerifiedSuperseded)),
    ]
    let unknown = max(0, state.sum(.storeVerified) - known.reduce(0) { $0 + $1.1 })
    for (fate, count) in known + [("unknown", unknown)] {
      sample(name, "fate=\"\(fate)\"", "\(count)")
    }
    counter(
      "redis_unknown_outcomes_total", "Operations that nobody knows the end of.",
      state.sum(.storeUnknownOutcomes))
    counter("redis_silences_total", "Connections given up: silent.", state.sum(.storeSilences))
    counter("redis_suspicions_total", "Nodes that became suspect.", state.sum(.storeSuspicions))
    counter("redis_renewals_total", "Connections made anew.", state.sum(.storeRenewals))
  }

  /// How many operations left in one write.
  private mutating func addBatches(_ state: GatewayState) {
    let name = "session_gateway_redis_batch_operations"
    family(name, "histogram", "Operations that left for a node in one write.")
    var total = 0
    for range in 0..<BatchSizes.ranges {
      total += state.boards.reduce(0) { $0 + $1.batch(range) }
      let bound = range == BatchSizes.ranges - 1 ? "+Inf" : "\(1 << range)"
      sample("\(name)_bucket", "le=\"\(bound)\"", "\(total)")
    }
    plain("\(name)_sum", "\(state.sum(.storeBatched))")
    plain("\(name)_count", "\(total)")
  }

  /// By node, as all workers see it together.
  private mutating func addNodes(_ nodes: [NodeHealth]) {
    let name = "session_gateway_redis_node_up"
    add(nodes, name, "1 while each worker has a connection that is ready.") { $0.isReady ? 1 : 0 }
    add(nodes, "session_gateway_redis_node_slots", "Slots that the node serves.") { $0.slots }
    add(nodes, "session_gateway_redis_node_suspect", "1 while it owes answers for long.") {
      $0.isSuspect ? 1 : 0
    }
    add(nodes, "session_gateway_redis_node_pending_operations", "Waiting for its answers.") {
      $0.depth
    }
    let commands = "session_gateway_redis_command_duration_seconds"
    family(commands, "histogram", "From a command's way into a pipeline to its answer.")
    for node in nodes {
      for kind in CommandKind.allCases {
        let durations = node.tally.durations(of: kind)
        histogram(commands, "node=\"\(node.endpoint)\",command=\"\(kind)\"") { range in
          range < 17 ? durations.counts[range] : durations.microseconds
        }
      }
    }
    addFaults(nodes)
  }

  private mutating func add(
    _ nodes: [NodeHealth], _ name: String, _ help: String, _ value: (NodeHealth) -> Int
  ) {
    family(name, "gauge", help)
    for node in nodes {
      sample(
        name, "node=\"\(node.endpoint)\",role=\"\(node.role.rawValue)\"", "\(value(node))")
    }
  }

  private mutating func addFaults(_ nodes: [NodeHealth]) {
    let errors = "session_gateway_redis_node_errors_total"
    family(errors, "counter", "Error answers of a node, by kind.")
    for node in nodes {
      for (kind, count) in node.tally.errors.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        sample(errors, "node=\"\(node.endpoint)\",kind=\"\(kind.rawValue)\"", "\(count)")
      }
    }
    let connects = "session_gateway_redis_node_connects_total"
    family(connects, "counter", "Connections to a node that became ready.")
    for node in nodes {
      sample(connects, "node=\"\(node.endpoint)\"", "\(node.tally.connected)")
    }
    let faults = "session_gateway_redis_node_connection_faults_total"
    family(faults, "counter", "Connections to a node that were lost or not made, by code.")
    for node in nodes {
      for (code, count) in node.tally.faults.sorted(by: { $0.key < $1.key }) {
        sample(faults, "node=\"\(node.endpoint)\",code=\"\(code)\"", "\(count)")
      }
    }
  }
}
