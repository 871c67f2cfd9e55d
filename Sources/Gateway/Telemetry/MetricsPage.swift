// `/metrics`: the boards of all workers, added up, in Prometheus's text format 0.0.4.

import API
import ClusterStore
import HTTP
import Reactor
import Redis
import Sessions

/// Makes the metrics page.
struct MetricsPage {
  private var text = ""

  /// What every worker has counted, and what this worker's backend says of its nodes.
  static func page(_ state: GatewayState, _ health: BackendHealth) -> Page {
    var page = MetricsPage()
    page.addRequests(state.boards)
    page.addLatencies(state.boards)
    page.addGateway(state)
    if health.memory == nil { page.addRedis(state, health) }
    page.addMemoryStore(health)
    return Page(type: "text/plain; version=0.0.4; charset=utf-8", content: page.text)
  }

  private mutating func addRequests(_ boards: [WorkerBoard]) {
    family("session_gateway_requests_total", "counter", "Answers, by route, method and status.")
    for route in Route.allCases {
      for method in 0..<WorkerBoard.methods {
        for place in 0..<28 {
          let count = boards.reduce(0) {
            $0 + $1.requests(route: Int(route.rawValue), method: method, status: place)
          }
          guard count > 0 else { continue }
          let status = WorkerBoard.statuses[place]
          sample(
            "session_gateway_requests_total",
            "route=\"\(route.template)\",method=\"\(Self.name(Method(rawValue: UInt8(method)) ?? .other))\","
              + "status=\"\(status == 0 ? "other" : String(status))\"", "\(count)")
        }
      }
    }
  }

  private mutating func addLatencies(_ boards: [WorkerBoard]) {
    let name = "session_gateway_request_duration_seconds"
    family(name, "histogram", "From the head of a request to its answer, by route.")
    for route in Route.allCases {
      let place = Int(route.rawValue)
      let counts = (0...16).map { bucket in
        boards.reduce(0) { $0 + $1.latency(route: place, bucket: bucket) }
      }
      guard counts.contains(where: { $0 > 0 }) else { continue }
      var total = 0
      for bucket in 0...16 {
        total += counts[bucket]
        let bound =
          bucket == 16 ? "+Inf" : "\(Double(WorkerBoard.latencyBounds[bucket]) / 1e6)"
        sample("\(name)_bucket", "route=\"\(route.template)\",le=\"\(bound)\"", "\(total)")
      }
      let sum = boards.reduce(0) { $0 + $1.latencySum(route: place) }
      sample("\(name)_sum", "route=\"\(route.template)\"", "\(Double(sum) / 1e6)")
      sample("\(name)_count", "route=\"\(route.template)\"", "\(total)")
    }
  }

  private mutating func addGateway(_ state: GatewayState) {
    gauge("connections", "Open client connections.", state.sum(.connections))
    counter("connections_accepted_total", "Accepted.", state.sum(.connectionsAccepted))
    counter(
      "connections_refused_total", "Not served: no descriptor or no room.",
      state.sum(.connectionsRefused))
    counter("received_bytes_total", "Read from clients.", state.sum(.bytesReceived))
    counter("sent_bytes_total", "Written to clients.", state.sum(.bytesSent))
    counter("client_timeouts_total", "Deadlines of clients that passed.", state.sum(.timeouts))
    counter("ticks_total", "Turns of the event loops.", state.sum(.ticks))
    if let accessLog = state.accessLog {
      counter("access_lines_dropped_total", "For want of room.", accessLog.dropped)
    }
    gauge("lock_requests", "Requests for a lock that are not answered.", state.sum(.lockRequests))
    gauge("workers", "Event loops.", state.boards.count)
    gauge("uptime_seconds", "Since the start.", Int(state.uptime))
    family("session_gateway_build_info", "gauge", "1, with what runs here as labels.")
    sample(
      "session_gateway_build_info",
      "version=\"\(state.version)\",commit=\"\(BuildFacts.commit)\",swift=\"\(BuildFacts.swift)\"",
      "1")
  }

  private mutating func addRedis(_ state: GatewayState, _ health: BackendHealth) {
    counter("redis_operations_total", "Operations submitted.", state.sum(.storeSubmitted))
    counter("redis_batches_total", "Writes of new operations.", state.sum(.storeBatches))
    counter(
      "redis_batched_operations_total", "Operations that left in those writes.",
      state.sum(.storeBatched))
    gauge(
      "redis_batch_operations_max", "The most operations that left in one write.",
      state.boards.map { $0.value(.batchLargest) }.max() ?? 0)
    gauge("redis_pipeline_operations", "Under way.", state.sum(.storeOperations))
    gauge("redis_parked_operations", "Waiting for a node.", state.sum(.storeParked))
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
      "redis_refresh_faults_total", "Topologies that could not be read.",
      state.sum(.storeRefreshFaults))
    counter("redis_overloads_total", "Refused at a bound.", state.sum(.storeOverloaded))
    addNodes(health.nodes)
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
    family(name, "counter", "Writes that were handed over and lost, by what was found out.")
    let (executed, repeated) = (
      state.sum(.storeVerifiedExecuted), state.sum(.storeVerifiedRepeated)
    )
    let unknown = max(0, state.sum(.storeVerified) - executed - repeated)
    for (fate, count) in [("executed", executed), ("repeated", repeated), ("unknown", unknown)] {
      sample(name, "fate=\"\(fate)\"", "\(count)")
    }
    counter(
      "redis_unknown_outcomes_total", "Operations that nobody knows the end of.",
      state.sum(.storeUnknownOutcomes))
    counter("redis_silences_total", "Connections given up: silent.", state.sum(.storeSilences))
    counter("redis_suspicions_total", "Nodes that became suspect.", state.sum(.storeSuspicions))
    counter("redis_renewals_total", "Connections made anew.", state.sum(.storeRenewals))
  }

  /// By node, as the worker that answers this scrape sees them.
  private mutating func addNodes(_ nodes: [NodeHealth]) {
    family("session_gateway_redis_node_up", "gauge", "1 while a connection is ready.")
    for node in nodes {
      sample("session_gateway_redis_node_up", label(node), node.isReady ? "1" : "0")
    }
    family("session_gateway_redis_node_slots", "gauge", "Slots that the node serves.")
    for node in nodes {
      sample("session_gateway_redis_node_slots", label(node), "\(node.slots)")
    }
    family("session_gateway_redis_node_suspect", "gauge", "1 while it owes answers for long.")
    for node in nodes {
      sample("session_gateway_redis_node_suspect", label(node), node.isSuspect ? "1" : "0")
    }
    addNodeCounters(nodes)
    family("session_gateway_redis_node_latency_seconds", "gauge", "The last answer's time.")
    for node in nodes {
      sample(
        "session_gateway_redis_node_latency_seconds", label(node), "\(node.latencySeconds)")
    }
  }

  private mutating func addNodeCounters(_ nodes: [NodeHealth]) {
    let name = "session_gateway_redis_node_events_total"
    family(name, "counter", "By node: answers, refusals, connections made and lost.")
    for node in nodes {
      let counts = [
        ("answered", node.counters.answered), ("refused", node.counters.refused),
        ("connected", node.counters.connected), ("lost", node.counters.faults),
      ]
      for (kind, count) in counts { sample(name, label(node) + ",kind=\"\(kind)\"", "\(count)") }
    }
  }

  private func label(_ node: NodeHealth) -> String {
    "node=\"\(node.endpoint)\",role=\"\(node.role.rawValue)\""
  }

  private mutating func addMemoryStore(_ health: BackendHealth) {
    guard let memory = health.memory else { return }
    gauge("memory_sessions", "Sessions in the embedded store.", memory.sessions)
    gauge("memory_bytes", "Bytes they take.", memory.bytes)
  }

  // MARK: The format

  private mutating func counter(_ name: String, _ help: String, _ value: Int) {
    family("session_gateway_\(name)", "counter", help)
    text += "session_gateway_\(name) \(value)\n"
  }

  private mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    family("session_gateway_\(name)", "gauge", help)
    text += "session_gateway_\(name) \(value)\n"
  }

  private mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func sample(_ name: String, _ labels: String, _ value: String) {
    text += "\(name){\(labels)} \(value)\n"
  }

  /// A method as labels and log lines name it.
  static func name(_ method: Method) -> String {
    method == .other ? "other" : "\(method)".uppercased()
  }
}
