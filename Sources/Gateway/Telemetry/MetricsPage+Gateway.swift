// The families about clients, bounds, locks, the loops, the embedded store and the process.

import Primitives
import Reactor
import Sessions

extension MetricsPage {
  mutating func addClients(_ state: GatewayState) {
    gauge("connections", "Open client connections.", state.sum(.connections))
    counter("connections_accepted_total", "Accepted.", state.sum(.connectionsAccepted))
    gauge("requests_in_flight", "Requests whose answer is not made.", state.sum(.inFlight))
    counter("received_bytes_total", "Read from clients.", state.sum(.bytesReceived))
    counter("sent_bytes_total", "Written to clients.", state.sum(.bytesSent))
    gauge("client_buffer_bytes", "What clients' own buffers take.", state.sum(.clientBytes))
    let name = "session_gateway_limits_total"
    family(name, "counter", "How often a client met a bound, by bound.")
    for bound in WorkerBoard.Bound.allCases {
      let count = state.boards.reduce(0) { $0 + $1.value(bound) }
      sample(name, "limit=\"\(bound.label)\"", "\(count)")
    }
    addHandshakes(state)
    addLoops(state)
  }

  private mutating func addHandshakes(_ state: GatewayState) {
    let name = "session_gateway_tls_handshakes_total"
    family(name, "counter", "TLS handshakes, by who the peer is and how they ended.")
    let cells: [(String, String, WorkerBoard.Cell)] = [
      ("client", "full", .handshakes), ("client", "resumed", .handshakesResumed),
      ("client", "failed", .handshakeFaults), ("redis", "full", .storeHandshakes),
      ("redis", "resumed", .storeHandshakesResumed), ("redis", "failed", .storeHandshakeFaults),
    ]
    for (peer, result, cell) in cells {
      sample(name, "peer=\"\(peer)\",result=\"\(result)\"", "\(state.sum(cell))")
    }
  }

  private mutating func addLoops(_ state: GatewayState) {
    let name = "session_gateway_tick_duration_seconds"
    family(name, "histogram", "Turns of the event loops: how long others waited meanwhile.")
    histogram(name, "") { range in state.boards.reduce(0) { $0 + $1.tick(range) } }
    gauge("workers", "Event loops.", state.boards.count)
    if let accessLog = state.accessLog {
      counter("access_lines_dropped_total", "For want of room.", accessLog.dropped)
    }
  }

  mutating func addLocks(_ state: GatewayState, _ waiters: Int) {
    let name = "session_gateway_locks_total"
    family(name, "counter", "What became of locks and of wishes for them, by event.")
    let events: [(String, WorkerBoard.Cell)] = [
      ("acquired", .locksAcquired), ("waited", .locksWaited), ("refused", .locksRefused),
      ("renewed", .locksRenewed), ("released", .locksReleased), ("lost", .locksLost),
    ]
    for (event, cell) in events { sample(name, "event=\"\(event)\"", "\(state.sum(cell))") }
    gauge("lock_waiters", "Clients that stand in a lock's line.", waiters)
  }

  mutating func addMemoryStore(_ health: BackendHealth) {
    guard let memory = health.memory else { return }
    gauge("memory_sessions", "Sessions in the embedded store.", memory.sessions)
    gauge("memory_bytes", "Bytes they take.", memory.bytes)
    gauge("memory_limit_bytes", "Bytes they may take.", health.memoryLimit)
  }

  mutating func addProcess(_ state: GatewayState) {
    gauge("uptime_seconds", "Since the start.", Int(state.uptime))
    gauge("draining", "1 while the gateway drains.", state.isDraining ? 1 : 0)
    family("session_gateway_build_info", "gauge", "1, with what runs here as labels.")
    sample(
      "session_gateway_build_info",
      "version=\"\(state.version)\",commit=\"\(BuildFacts.commit)\",swift=\"\(BuildFacts.swift)\"",
      "1")
    process(
      "cpu_seconds_total", "counter", "Processor time, user and system.",
      "\(ProcessFigures.processorSeconds)")
    process(
      "resident_memory_bytes", "gauge", "Resident memory.", "\(ProcessFigures.residentBytes)")
    process("open_fds", "gauge", "Open descriptors.", "\(ProcessFigures.openDescriptors)")
    process("max_fds", "gauge", "Descriptors that may be open.", "\(Descriptors.limit)")
    process(
      "start_time_seconds", "gauge", "When it started, in Unix time.", "\(state.startSeconds)")
  }
}
