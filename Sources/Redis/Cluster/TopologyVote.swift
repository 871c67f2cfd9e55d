// Nodes may disagree about their cluster: after a failover, a partition or a reset, some know less
// than others. Several are asked, and one view is chosen.

/// Chooses between the views of several nodes.
public enum TopologyVote {
  /// One node's vote.
  public struct Ballot: Equatable, Sendable {
    /// The node's view.
    public let topology: Topology
    /// The highest configuration epoch with which a primary of the view claims slots (`CLUSTER
    /// NODES`); nil if it is not known.
    public let epoch: UInt64?

    /// A ballot from its parts.
    public init(topology: Topology, epoch: UInt64? = nil) {
      self.topology = topology
      self.epoch = epoch
    }
  }

  /// Views in which the same nodes own the same slots.
  private struct Party {
    let first: Int
    let coverage: Int
    var votes: Int
    var epoch: UInt64?
  }

  /// The index of the ballot to follow; nil if there are none.
  ///
  /// 1. Views that serve no slot count only if there are no others.
  /// 2. The view that most nodes share wins.
  /// 3. Among equals, the one with the highest epoch; a known epoch beats an unknown one.
  /// 4. Among equals, the one that covers the most slots; then the one that came first.
  public static func winner(of ballots: [Ballot]) -> Int? {
    var parties: [Party] = []
    var places: [UInt64: Int] = [:]
    for (position, ballot) in ballots.enumerated() {
      if let place = places[ballot.topology.digest] {
        parties[place].votes += 1
        parties[place].epoch = later(parties[place].epoch, ballot.epoch)
      } else {
        places[ballot.topology.digest] = parties.count
        parties.append(
          Party(
            first: position, coverage: ballot.topology.coveredSlots, votes: 1,
            epoch: ballot.epoch))
      }
    }
    return parties.max { loses($0, to: $1) }?.first
  }

  private static func loses(_ left: Party, to right: Party) -> Bool {
    if (left.coverage == 0) != (right.coverage == 0) { return left.coverage == 0 }
    if left.votes != right.votes { return left.votes < right.votes }
    if left.epoch != right.epoch {
      guard let mine = left.epoch else { return true }
      guard let other = right.epoch else { return false }
      return mine < other
    }
    if left.coverage != right.coverage { return left.coverage < right.coverage }
    return left.first > right.first
  }

  private static func later(_ left: UInt64?, _ right: UInt64?) -> UInt64? {
    guard let left else { return right }
    guard let right else { return left }
    return max(left, right)
  }
}
