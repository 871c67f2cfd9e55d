import Primitives
import Sessions
import StoreContract

/// A `MemoryStore` whose clock stands still unless it is moved.
struct MemoryHarness: ~Copyable, StoreHarness {
  let slack = 0
  let sessions: SharedSessions
  private var store: MemoryStore
  private var reply = ByteBuffer(capacity: 16)
  private(set) var moment = Moment(
    instant: Instant(nanoseconds: 5_000_000_007), wall: UnixTime(milliseconds: 1_800_000_000_000))

  init(_ sessions: SharedSessions) {
    self.sessions = sessions
    store = MemoryStore(sessions)
  }

  /// A store of its own for the contract's namespaces.
  init(memoryLimit: Int = 1 << 30) {
    self.init(SharedSessions(namespaces: ContractNamespaces.list(), memoryLimit: memoryLimit))
  }

  mutating func perform(_ call: Call) -> Observation {
    let (command, request) = call.prepared()
    let submission = unsafe store.submit(
      command, request: request.span.bytes, ticket: .none, at: moment, reply: &reply)
    guard case .done(let outcome) = submission else { return .malformed("it left it pending") }
    return Observation(outcome, reply: reply)
  }

  mutating func advance(by seconds: Int) { advance(.seconds(seconds)) }

  mutating func advance(_ span: TimeSpan) {
    moment.instant = moment.instant + span
    moment.wall.milliseconds += span.nanoseconds / 1_000_000
  }

  mutating func sweep(budget: Int) { store.sweep(at: moment, budget: budget) }

  mutating func nextCompletion() -> Completion? {
    store.nextCompletion(at: moment, reply: &reply)
  }
}
