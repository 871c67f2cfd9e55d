// A worker's connection to a node, as a number: what the store calls it, and what it asks the tick
// to do with it. The connection itself belongs to the tick.

public import Primitives
public import Redis

/// Identifies the connection to one node. The ticket of a node that is gone finds nothing.
public typealias Link = Ticket

/// What the tick is asked to do with a link.
public enum LinkAction: Equatable, Sendable {
  /// Connect to the node and report `linkOpened` or `linkLost`.
  case open(Link, Endpoint)
  /// Close the connection; nothing more is reported about it.
  case close(Link)
}
