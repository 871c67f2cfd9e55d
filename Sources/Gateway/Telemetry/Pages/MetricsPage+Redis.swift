// The families about the store over Redis: its operations, what was lost or refused, and its nodes.

import API
import ClusterStore
import Primitives
import Redis

extension MetricsPage {
  mutating func addRedis(_ state: GatewayState, _ health: BackendHealth) {
    text.counter("redis_operations_total", "Operations submitted.", state.sum(.storeSubmitted))
    text.gauge(
      "redis_batch_operations_max", "The most operations sent in one write.",
      state.boards.map { $0.value(.batchLargest) }.max() ?? 0)
    text.gauge("redis_pipeline_operations", "Operations under way.", state.sum(.storeOperations))
    text.gauge("redis_parked_operations", "Operations waiting for a node.", state.sum(.storeParked))
    text.gauge(
      "redis_waiting_large_operations", "Large operations waiting for their turn.",
      state.sum(.storeAwaitingTurns))
    if let age = state.topologyAge {
      text.gauge("redis_topology_age_seconds", "Time since it was last reported.", Int(age))
    }
    text.family("redis_redirects_total", .counter, "MOVED and ASK replies.")
    for kind in [ErrorKind.moved, .ask] {
      text.label("kind", text: kind.code)
      text.sample(state.sum(kind))
    }
    addRefusals(state)
    addLosses(state)
    text.counter("redis_retries_total", "Operations sent again.", state.sum(.storeRetried))
    text.counter("redis_connects_total", "Connections made.", state.sum(.storeConnected))
    text.counter(
      "redis_connection_faults_total", "Connections lost or not made.", state.sum(.storeLinkFaults))
    text.counter("redis_refreshes_total", "Topologies adopted.", state.sum(.storeRefreshes))
    text.counter(
      "redis_topology_changes_total", "Adopted topologies that were new.",
      state.sum(.storeTopologyChanges))
    text.counter(
      "redis_refresh_faults_total", "Topologies that could not be read.",
      state.sum(.storeRefreshFaults))
    text.counter(
      "redis_stale_topologies_total", "Topologies not adopted: outdated, or of another cluster.",
      state.sum(.storeStaleViews))
    text.counter(
      "redis_replica_reads_total", "Reads sent to replicas.", state.sum(.storeReplicaReads))
    text.counter(
      "redis_replica_fallbacks_total", "Reads sent to replicas that primaries had to answer.",
      state.sum(.storeReplicaFallbacks))
    text.counter(
      "redis_overloads_total", "Operations refused at a bound.", state.sum(.storeOverloaded))
    addBatches(state)
    addNodes(state.nodes())
  }

  /// Error replies of nodes, by kind.
  private mutating func addRefusals(_ state: GatewayState) {
    text.family("redis_refusals_total", .counter, "Error replies of nodes, except redirects.")
    for kind in ErrorKind.allCases where kind != .moved && kind != .ask {
      text.label("kind", text: kind.code)
      text.sample(state.sum(kind))
    }
  }

  /// The fates of operations and connections that were lost.
  private mutating func addLosses(_ state: GatewayState) {
    text.counter(
      "redis_moved_to_self_total", "MOVED replies that name the node itself.",
      state.sum(.storeMovedToSelf))
    text.family(
      "redis_lost_writes_total", .counter,
      "Checks of writes whose reply was lost, by what was found.")
    let fates: [(StaticString, WorkerBoard.Cell)] = [
      ("executed", .storeVerifiedExecuted), ("repeated", .storeVerifiedRepeated),
      ("superseded", .storeVerifiedSuperseded), ("unknown", .storeVerifiedInVain),
    ]
    for (fate, cell) in fates {
      text.label("fate", fate)
      text.sample(state.sum(cell))
    }
    text.counter(
      "redis_unknown_outcomes_total", "Operations whose outcome is unknown.",
      state.sum(.storeUnknownOutcomes))
    text.counter(
      "redis_silences_total", "Connections given up as silent.", state.sum(.storeSilences))
    text.counter(
      "redis_suspicions_total", "Nodes that became suspect.", state.sum(.storeSuspicions))
    text.counter(
      "redis_reconnects_total", "Connections replaced on purpose.", state.sum(.storeReconnects))
  }

  /// How many operations left in one write.
  private mutating func addBatches(_ state: GatewayState) {
    text.family(
      "redis_batch_operations", .histogram, "Operations sent to a node in one write.")
    let counts = (0..<BatchSizes.ranges).map { range in
      state.boards.reduce(0) { $0 + $1.batch(range) }
    }
    text.histogram(counts, sum: state.sum(.storeBatched))
  }

  /// By node, as all workers together see it.
  private mutating func addNodes(_ nodes: [NodeHealth]) {
    let named = nodes.map { (name: $0.endpoint.description, node: $0) }
    add(named, "redis_node_up", "1 while each worker has a ready connection.") {
      $0.isReady ? 1 : 0
    }
    add(named, "redis_node_slots", "Slots that the node serves.") { $0.slots }
    add(named, "redis_node_suspect", "1 while its replies are overdue.") { $0.isSuspect ? 1 : 0 }
    add(named, "redis_node_pending_operations", "Operations waiting for its replies.") { $0.depth }
    text.family(
      "redis_command_duration_seconds", .histogram,
      "From a command's entry into a pipeline to its reply.")
    for (name, node) in named {
      for kind in CommandKind.allCases {
        text.label("node", text: name)
        text.label("command", kind.name)
        text.histogram(node.tally.durations(of: kind))
      }
    }
    addFaults(named)
  }

  private mutating func add(
    _ nodes: [(name: String, node: NodeHealth)], _ family: StaticString, _ help: StaticString,
    _ value: (NodeHealth) -> Int
  ) {
    text.family(family, .gauge, help)
    for (name, node) in nodes {
      text.label("node", text: name)
      text.label("role", text: node.role.rawValue)
      text.sample(value(node))
    }
  }

  private mutating func addFaults(_ nodes: [(name: String, node: NodeHealth)]) {
    text.family("redis_node_errors_total", .counter, "Error replies of a node, by kind.")
    for (name, node) in nodes {
      for kind in ErrorKind.allCases where node.tally.errors[kind] > 0 {
        text.label("node", text: name)
        text.label("kind", text: kind.code)
        text.sample(node.tally.errors[kind])
      }
    }
    text.family(
      "redis_node_connects_total", .counter, "Connections to a node that became ready.")
    for (name, node) in nodes {
      text.label("node", text: name)
      text.sample(node.tally.connected)
    }
    text.family(
      "redis_node_connection_faults_total", .counter,
      "Connections to a node that were lost or not made, by code.")
    for (name, node) in nodes {
      for (code, count) in node.tally.faults.sorted(by: { $0.key < $1.key }) {
        text.label("node", text: name)
        text.label("code", text: code)
        text.sample(count)
      }
    }
  }
}
