// A store together with what drives it: nothing for the memory store, connections to nodes for the
// store over Redis. The worker is written once and specialised for each.

import ClusterStore
import Primitives
import Reactor
import Redis
import Sessions

/// A store that a worker's tick can drive.
protocol Backend: SessionStore, ~Copyable {
  /// Whether every session could be served now.
  var isServing: Bool { get }
  /// When `advance` next has something to do.
  var nextDeadline: Instant { get }
  /// Whether something has arrived that has not been looked at yet.
  var hasUnread: Bool { get }
  /// Whether there is something to do before the next wait.
  var isBusy: Bool { get }

  /// One of the backend's own connections is ready.
  mutating func take(_ event: Event, on connection: Ticket, at now: Instant)
  /// Takes the result of a name lookup that it asked for.
  mutating func take(_ answer: ResolvedEndpoint, _ poller: inout Poller, at now: Instant)
  /// Does what is due. Everything that had arrived by `readUpTo` has been passed on.
  mutating func advance(_ poller: inout Poller, at moment: Moment, readUpTo: Instant)
  /// Writes once to each connection that has bytes to send now.
  mutating func flush(at now: Instant)
  /// Writes for the last time, whatever else the bytes were to wait for.
  mutating func finish(at now: Instant)
  /// Uses this context for future connections; existing ones continue.
  mutating func adopt(_ context: consuming TLSContext)
  /// Uses these credentials for future connections; existing ones continue.
  mutating func adopt(_ credentials: NodeCredentials)
  /// Writes its numbers to the board.
  mutating func publish(to board: borrowing WorkerBoard)
  /// What it reports to operators.
  var health: BackendHealth { get }
  /// The nodes as this worker knows them; none for a store without any.
  var nodes: [NodeHealth] { get }
  /// The next event for the log; nil when there is none.
  mutating func nextEvent() -> ClusterEvent?
}

/// The result of looking up a node's name.
struct ResolvedEndpoint: Sendable {
  /// The link it was looked up for.
  var link: Link
  /// The name and port.
  var endpoint: Endpoint
  /// The addresses, or why there are none.
  var resolution: Resolution
}

/// What a backend reports to operators.
struct BackendHealth {
  /// The store's name.
  var store: String
  /// Sessions and bytes in memory; nil if they are elsewhere.
  var memory: MemoryStatistics?
  /// The largest number of those bytes.
  var memoryLimit = 0
}
