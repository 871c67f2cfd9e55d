// The families about clients, bounds, locks, the loops, the memory store and the process.

import Primitives
import Reactor
import Sessions
import Synchronization

extension MetricsPage {
  mutating func addClients(_ state: GatewayState) {
    text.gauge("connections", "Open client connections.", state.sum(.connections))
    text.counter(
      "connections_accepted_total", "Client connections accepted.", state.sum(.connectionsAccepted))
    text.gauge("requests_in_flight", "Requests whose response is not ready.", state.sum(.inFlight))
    text.counter("received_bytes_total", "Bytes read from clients.", state.sum(.bytesReceived))
    text.counter("sent_bytes_total", "Bytes written to clients.", state.sum(.bytesSent))
    text.gauge("client_buffer_bytes", "Bytes that clients' buffers take.", state.sum(.clientBytes))
    text.family("limits_total", .counter, "How often a client met a bound, by bound.")
    for bound in WorkerBoard.Bound.allCases {
      text.label("limit", bound.label)
      text.sample(state.boards.reduce(0) { $0 + $1.value(bound) })
    }
    addHandshakes(state)
    addLoops(state)
  }

  private mutating func addHandshakes(_ state: GatewayState) {
    text.family(
      "tls_handshakes_total", .counter, "TLS handshakes, by peer and result.")
    let cells: [(StaticString, StaticString, WorkerBoard.Cell)] = [
      ("client", "full", .handshakes), ("client", "resumed", .handshakesResumed),
      ("client", "failed", .handshakeFaults), ("redis", "full", .storeHandshakes),
      ("redis", "resumed", .storeHandshakesResumed), ("redis", "failed", .storeHandshakeFaults),
    ]
    for (peer, result, cell) in cells {
      text.label("peer", peer)
      text.label("result", result)
      text.sample(state.sum(cell))
    }
  }

  private mutating func addLoops(_ state: GatewayState) {
    text.family(
      "tick_duration_seconds", .histogram,
      "Event loop ticks: how long bytes that arrived meanwhile had to wait.")
    text.histogram(state.boards.sum { $0.ticks })
    text.gauge("workers", "Event loops.", state.boards.count)
    text.counter("event_lines_dropped_total", "Log lines not written.", state.output.droppedEvents)
    guard !state.output.access.isEmpty else { return }
    text.counter(
      "access_lines_dropped_total", "Access log lines not written.", state.output.droppedAccess)
  }

  mutating func addLocks(_ state: GatewayState, _ waiters: Int) {
    text.family("locks_total", .counter, "Locks and requests for them, by event.")
    let events: [(StaticString, WorkerBoard.Cell)] = [
      ("acquired", .locksAcquired), ("waited", .locksWaited), ("refused", .locksRefused),
      ("renewed", .locksRenewed), ("released", .locksReleased), ("lost", .locksLost),
    ]
    for (event, cell) in events {
      text.label("event", event)
      text.sample(state.sum(cell))
    }
    text.gauge("lock_waiters", "Clients that wait in a lock's line.", waiters)
  }

  mutating func addMemoryStore(_ health: BackendHealth) {
    guard let memory = health.memory else { return }
    text.gauge("memory_sessions", "Sessions in the memory store.", memory.sessions)
    text.gauge("memory_bytes", "Bytes that its sessions take.", memory.bytes)
    text.gauge("memory_limit_bytes", "Bytes that its sessions may take.", health.memoryLimit)
  }

  mutating func addProcess(_ state: GatewayState) {
    text.gauge("uptime_seconds", "Time since the start.", Int(state.uptime))
    text.gauge("ready", "1 while /readyz says 200.", state.readiness == .ready ? 1 : 0)
    text.gauge("draining", "1 while the gateway drains.", state.isDraining ? 1 : 0)
    text.family("build_info", .gauge, "1, with the build's version, commit and Swift as labels.")
    text.label("version", text: state.version)
    text.label("commit", text: BuildFacts.commit)
    text.label("swift", text: BuildFacts.swift)
    text.sample(1)
    addCertificates(state)
    addOperatingSystem(state)
  }

  private mutating func addCertificates(_ state: GatewayState) {
    let certificates = state.certificates.withLock { $0 }
    guard !certificates.isEmpty else { return }
    text.family(
      "certificate_not_after_seconds", .gauge,
      "When the gateway's own certificates expire, in Unix time.")
    for certificate in certificates {
      text.label("setting", certificate.setting)
      text.sample(Double(certificate.notAfter.milliseconds / 1_000))
    }
  }

  /// Named as in Prometheus's own client libraries.
  private mutating func addOperatingSystem(_ state: GatewayState) {
    let owner: StaticString = "process_"
    text.family("cpu_seconds_total", .counter, "Processor time, user and system.", of: owner)
    text.sample(ProcessFigures.processorSeconds)
    text.family("resident_memory_bytes", .gauge, "Resident memory.", of: owner)
    text.sample(ProcessFigures.residentBytes)
    text.family("open_fds", .gauge, "Open descriptors.", of: owner)
    text.sample(ProcessFigures.openDescriptors)
    text.family("max_fds", .gauge, "Descriptors that may be open.", of: owner)
    text.sample(Descriptors.limit)
    text.family("start_time_seconds", .gauge, "When the process started, in Unix time.", of: owner)
    text.sample(state.startSeconds)
  }
}
