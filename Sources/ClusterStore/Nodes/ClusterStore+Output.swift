// What connections should send. The tick asks which links have bytes to write, writes them, and
// reports how many were accepted.

public import Primitives
import Sessions

extension ClusterStore {
  /// The number of links that may have bytes to write.
  public var dirtyCount: Int { dirty.count }

  /// The next link with bytes to write; nil when there is none. One whose commands may gather is
  /// passed over until they no longer may (docs/decisions/0030).
  public mutating func nextDirty(at now: Instant) -> Link? {
    while let link = dirty.popFirst() {
      guard nodes.contains(link) else { continue }
      nodes[link].isDirty = false
      if nodes[link].needsPurge { purge(link) }
      guard let end = gatheringEnd(of: link), now < end else { return link }
      check(at: end)
    }
    return nil
  }

  /// Until when the link's unsent commands wait for others to leave with them; nil if they do not.
  private func gatheringEnd(of link: Link) -> Instant? {
    gathers && nodes[link].answerTime.isSlow ? nodes[link].pipeline.gathersUntil : nil
  }

  /// Sends what has gathered on a link that was passed over, once it has waited long enough.
  mutating func endGathering(on link: Link, at now: Instant) {
    guard !nodes[link].isDirty, let end = nodes[link].pipeline.gathersUntil else { return }
    if end <= now { markDirty(link) } else { check(at: end) }
  }

  /// From now on nothing waits for others to leave with it: the tick writes for the last time.
  public mutating func stopGathering() {
    gathers = false
    var place = 0
    while let link = nodes.next(&place) { markDirty(link) }
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
    let last = nodes[link].pipeline.touched
    let batch = nodes[link].pipeline.hand(count)
    guard batch > 0 else { return }
    nodes[link].answerTime.begin(after: last, at: now)
    counters.batchedOperations += batch
    counters.largestBatch = max(counters.largestBatch, batch)
    counters.batchSizes.count(batch)
  }
}
