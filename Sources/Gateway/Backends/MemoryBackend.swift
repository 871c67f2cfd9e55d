import ClusterStore
import Primitives
import Reactor
import Redis
import Sessions

/// The memory store as a backend: it is always available, and only its sweep needs time.
struct MemoryBackend: ~Copyable, Backend {
  /// How often to look for expired sessions, and at how many places of the table each time.
  private static let sweepPause = TimeSpan.milliseconds(100)
  private static let sweepBudget = 2_048

  private var store: MemoryStore
  private let sessions: SharedSessions
  private(set) var nextDeadline = Instant(nanoseconds: .min)

  init(_ sessions: SharedSessions) {
    self.sessions = sessions
    store = MemoryStore(sessions)
  }

  var isServing: Bool { true }
  var hasUnread: Bool { false }
  var isBusy: Bool { false }

  mutating func submit(
    _ command: borrowing SessionCommand, request: RawSpan, ticket: Ticket, at moment: Moment,
    reply: inout ByteBuffer
  ) -> Submission {
    // Timeouts and leases count from the moment they are given: the tick may have been suspended
    // since it began, and the ticks of other workers, which share the store, begin at other times.
    let now = Moment(instant: max(moment.instant, .now()), wall: moment.wall)
    return store.submit(command, request: request, ticket: ticket, at: now, reply: &reply)
  }

  mutating func nextCompletion(at moment: Moment, reply: inout ByteBuffer) -> Completion? { nil }

  mutating func abandon(operation: Ticket) -> StoreFault { store.abandon(operation: operation) }

  mutating func take(_ event: Event, on connection: Ticket, at now: Instant) {}

  mutating func take(_ answer: ResolvedEndpoint, _ poller: inout Poller, at now: Instant) {}

  mutating func advance(_ poller: inout Poller, at moment: Moment, readUpTo: Instant) {
    guard nextDeadline <= moment.instant else { return }
    nextDeadline = moment.instant + Self.sweepPause
    store.sweep(at: moment, budget: Self.sweepBudget)
  }

  mutating func flush(at now: Instant) {}
  mutating func finish(at now: Instant) {}

  mutating func adopt(_ context: consuming TLSContext) {}

  mutating func adopt(_ credentials: NodeCredentials) {}

  mutating func publish(to board: borrowing WorkerBoard) {}

  var health: BackendHealth {
    BackendHealth(
      store: "memory", memory: sessions.statistics, memoryLimit: sessions.memoryLimit)
  }

  var nodes: [NodeHealth] { [] }

  mutating func nextEvent() -> ClusterEvent? { nil }
}
