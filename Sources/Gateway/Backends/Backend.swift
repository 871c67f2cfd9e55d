// A store together with what drives it: nothing for the embedded one, connections to nodes for the
// one over Redis. The worker is written once and specialised for each.

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
  /// Whether something has come that was not looked at yet.
  var hasUnread: Bool { get }
  /// Whether there is something to do before the next wait.
  var isBusy: Bool { get }

  /// One of the backend's own connections is ready for something.
  mutating func take(_ event: Event, on connection: Ticket, at now: Instant)
  /// A name was looked up for it.
  mutating func take(_ answer: ResolvedEndpoint, _ poller: inout Poller, at now: Instant)
  /// Does what time brings. All that had come by `told` was told.
  mutating func advance(_ poller: inout Poller, at moment: Moment, told: Instant)
  /// Writes once to each connection that has something to write.
  mutating func flush(at now: Instant)
  /// Connections from now on trust and show what this context says; those there are go on.
  mutating func renew(_ identity: consuming TLSContext)
  /// Connections from now on say these; those there are go on.
  mutating func renew(_ credentials: NodeCredentials)
  /// Adds its numbers to the board.
  mutating func publish(to board: borrowing WorkerBoard)
  /// What it has to tell an operator.
  var health: BackendHealth { get }
  /// The nodes as this worker knows them; none for a store without any.
  var nodes: [NodeHealth] { get }
  /// The next thing that belongs in the log.
  mutating func nextEvent() -> ClusterEvent?
}

/// The addresses of a node whose endpoint is a name.
struct ResolvedEndpoint: Sendable {
  /// Whom they were looked up for.
  var link: Link
  /// The name and port.
  var endpoint: Endpoint
  /// What was found.
  var resolution: Resolution
}

/// What a backend has to tell an operator.
struct BackendHealth {
  /// The store's name.
  var store: String
  /// Sessions and bytes in memory; nil where they are elsewhere.
  var memory: MemoryStatistics?
  /// How many bytes there may be.
  var memoryLimit = 0
}
