// What all workers share besides their boards: the gateway's identity and its state.

import ClusterStore
import Primitives
import Reactor
import Synchronization

/// Whether a balancer should send callers to a gateway.
enum Readiness: Equatable {
  /// Every worker could serve every session now.
  case ready
  /// A worker could not. A caller cannot choose its worker, so one would fail its share of the
  /// requests.
  case notServing
  /// The gateway drains: it serves who comes, and nobody should.
  case draining
}

/// What any worker can report about the gateway.
final class GatewayState: Sendable {
  /// The program's version.
  let version: String
  /// When it started, on the monotonic clock.
  let started: Instant
  /// When it started, in seconds since 1970.
  let startSeconds: Double
  /// The workers' boards.
  let boards: [WorkerBoard]
  /// The contract, as `/openapi.yaml` serves it.
  let contract: String

  /// The keys that let a TLS session of one worker be resumed at another.
  let ticketKeys = TicketKeys.random()

  private let draining = Atomic(false)
  private let hanging = Atomic(false)

  /// The gateway's own certificates, as last read.
  let certificates = Mutex<[OwnCertificate]>([])

  /// Where log lines go.
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

  /// Whether the gateway drains. From then on it is not ready, whichever worker is asked.
  var isDraining: Bool { draining.load(ordering: .relaxed) }

  /// Starts draining.
  func drain() { draining.store(true, ordering: .relaxed) }

  /// Whether an event loop hangs, according to the watchdog.
  var hangs: Bool {
    get { hanging.load(ordering: .relaxed) }
    set { hanging.store(newValue, ordering: .relaxed) }
  }

  /// Whether a balancer should send callers here.
  var readiness: Readiness {
    if isDraining { return .draining }
    return boards.allSatisfy { $0.value(.serving) == 1 } ? .ready : .notServing
  }

  /// The age of the oldest of the workers' views of Redis, in seconds; nil if no worker has one.
  var topologyAge: Double? {
    let times = boards.map { $0.value(.storeTopologySince) }.filter { $0 > 0 }
    return times.min().map { (Instant.now() - Instant(nanoseconds: Int64($0))).seconds }
  }

  /// The sum of a cell over all workers.
  func sum(_ cell: WorkerBoard.Cell) -> Int { boards.reduce(0) { $0 + $1.value(cell) } }

  /// The number of error replies of a kind, over all workers.
  func sum(_ error: ErrorKind) -> Int { boards.reduce(0) { $0 + $1.value(error) } }
}
