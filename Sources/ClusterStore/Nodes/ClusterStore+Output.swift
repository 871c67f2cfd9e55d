// What connections should send. The tick asks which links have bytes to write, writes them, and
// reports how many were accepted.

public import Primitives
import Sessions

extension ClusterStore {
  /// The number of links that may have bytes to write.
  public var dirtyCount: Int { dirty.count }

  /// The next link with bytes to write; nil when there is none.
  public mutating func nextDirty() -> Link? {
    while let link = dirty.popFirst() {
      guard nodes.contains(link) else { continue }
      nodes[link].isDirty = false
      if nodes[link].needsPurge { purge(link) }
      return link
    }
    return nil
  }

  private mutating func purge(_ link: Link) {
    nodes[link].needsPurge = false
    nodes[link].pipeline.purge(keeping: operations)
  }

  /// The bytes for a link's connection; empty when there are none.
  @_lifetime(borrow self)
  public func output(_ link: Link) -> RawSpan {
    switch nodes[link].state {
    case .greeting: nodes[link].unsentGreeting.bytes
    case .ready:
      // Half a command would leave both sides waiting for each other.
      nodes[link].isSuspect
        ? nodes[link].pipeline.unsentOfBegun : nodes[link].pipeline.unsent
    case .down, .connecting, .shakingHands: nodes[link].unsentGreeting.bytes.extracting(0..<0)
    }
  }

  /// The connection accepts bytes again after it did not.
  public mutating func linkWritable(_ link: Link) {
    if nodes.contains(link) { markDirty(link) }
  }

  /// Whether a link still exists and has bytes for its connection.
  public func hasOutput(_ link: Link) -> Bool {
    nodes.contains(link) && !output(link).isEmpty
  }

  /// The connection accepted the first `count` bytes of `output`.
  public mutating func handed(_ link: Link, _ count: Int, at now: Instant) {
    if case .greeting = nodes[link].state { return nodes[link].unsentGreeting.consume(count) }
    // A node that accepts bytes of a command it cannot answer yet is alive: a large command on a
    // slow network.
    if !nodes[link].pipeline.isFrontHanded {
      hear(link, at: now)
      nodes[link].owesSince = now
      check(at: now + configuration.limits.suspicion)
    }
    let batch = nodes[link].pipeline.hand(count)
    guard batch > 0 else { return }
    counters.batchedOperations += batch
    counters.largestBatch = max(counters.largestBatch, batch)
    counters.batchSizes.count(batch)
  }
}
