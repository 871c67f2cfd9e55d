import Primitives
import Redis

/// The state of learning the topology.
struct RefreshState {
  /// A request to a node.
  struct Request {
    /// The node that was asked.
    let link: Link
    /// The request's entry in that node's pipeline.
    let sequence: UInt64
    /// When another node is asked instead.
    let answerBy: Instant
    /// The epochs, which arrive ahead of the slots.
    var epochs = NodeEpochs()
  }

  /// Whether the topology is to be requested.
  var isWanted = true
  /// The request that has not been answered yet.
  var request: Request?
  /// How many nodes in a row did not answer by then.
  var misses = 0
  /// The earliest time of the next request.
  var notBefore = Instant(nanoseconds: .min)
  /// When a topology was last adopted.
  var since: Instant?
  /// Since when no owner of slots takes commands; nil while one does. None ever did at the start.
  var unservedSince: Instant? = Instant(nanoseconds: .min)
  /// The topology adopted last, to tell whether a new one differs.
  var topology: Topology?
  /// The view that each node reported last, since the table last changed.
  var ballots: [Link: TopologyVote.Ballot] = [:]
  /// Whether the table is not what follows from it: a redirect has changed it since, or a node had
  /// no room.
  var isPatched = false
  /// The slab index of the node asked last.
  var lastAsked = 0
  /// The seeds' views from before there was a table, and how long others are waited for.
  var firstViews: [FirstView] = []
  var settledBy = Instant.never
}
