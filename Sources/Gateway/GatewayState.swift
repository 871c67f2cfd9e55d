// What all workers share besides their boards: who this gateway is, and how it is doing.

import Primitives
import Reactor
import Synchronization

/// What a gateway can tell about itself, on any worker.
final class GatewayState: Sendable {
  /// The program's version.
  let version: String
  /// When it started.
  let started: Instant
  /// The same, in seconds since 1970.
  let startSeconds: Double
  /// The workers' numbers.
  let boards: [WorkerBoard]
  /// The contract, as `/openapi.yaml` gives it.
  let contract: String

  /// What makes a TLS session of one worker resumable at another.
  let ticketKeys = TicketKeys.random()

  private let draining = Atomic(false)
  private let hanging = Atomic(false)

  /// Where lines of the log go.
  let output: LogOutput

  init(version: String, boards: [WorkerBoard], contract: String, output: LogOutput) {
    self.output = output
    self.version = version
    started = .now()
    startSeconds = Double(UnixTime.now().milliseconds) / 1_000
    self.boards = boards
    self.contract = contract
  }

  /// How long the gateway has been up, in seconds.
  var uptime: Double { (Instant.now() - started).seconds }

  /// Whether the gateway drains: it is not ready from then on, whichever worker is asked.
  var isDraining: Bool { draining.load(ordering: .relaxed) }

  /// From now on the gateway drains.
  func drain() { draining.store(true, ordering: .relaxed) }

  /// Whether an event loop does not turn, as the watchdog has found.
  var hangs: Bool {
    get { hanging.load(ordering: .relaxed) }
    set { hanging.store(newValue, ordering: .relaxed) }
  }

  /// Whether every worker could serve every session now. A caller cannot choose its worker, so one
  /// that could not would be one request in so many that fails.
  var isServing: Bool { boards.allSatisfy { $0.value(.serving) == 1 } }

  /// How old the oldest of the workers' views of Redis is, in seconds; nil where none has one.
  var topologyAge: Double? {
    let times = boards.map { $0.value(.storeTopologySince) }.filter { $0 > 0 }
    return times.min().map { (Instant.now() - Instant(nanoseconds: Int64($0))).seconds }
  }

  /// The sum of a number over all workers.
  func sum(_ cell: WorkerBoard.Cell) -> Int { boards.reduce(0) { $0 + $1.value(cell) } }
}
