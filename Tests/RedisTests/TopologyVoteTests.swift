import Redis
import Testing

@Suite("Choosing between views")
struct TopologyVoteTests {
  /// A view in which one node owns the first `slots` slots.
  private func ballot(
    _ owner: Character, slots: Int = 16384, epoch: UInt64? = nil
  ) throws -> TopologyVote.Ballot {
    let ranges: RESP =
      slots == 0 ? [] : [[0, .integer(slots - 1), ["h", 1, .string(id(owner)), []]]]
    return TopologyVote.Ballot(topology: try topology(ranges), epoch: epoch)
  }

  private func winner(_ ballots: TopologyVote.Ballot...) -> Int? {
    TopologyVote.winner(of: ballots)
  }

  @Test("the majority, against any epoch and any coverage")
  func majority() throws {
    #expect(
      winner(
        try ballot("a", epoch: 99), try ballot("b", slots: 5, epoch: 1), try ballot("b", slots: 5))
        == 1)
    #expect(winner(try ballot("a"), try ballot("b"), try ballot("c"), try ballot("b")) == 1)
  }

  @Test("among equals the highest known epoch")
  func epoch() throws {
    #expect(winner(try ballot("a", epoch: 1), try ballot("b", slots: 5, epoch: 2)) == 1)
    #expect(winner(try ballot("a"), try ballot("b", slots: 5, epoch: 0)) == 1)
    #expect(
      winner(
        try ballot("a", epoch: 5), try ballot("b", epoch: 9), try ballot("a", epoch: 1),
        try ballot("b", epoch: 2)) == 1)
  }

  @Test("among equals the one that covers most, then the first")
  func coverage() throws {
    #expect(winner(try ballot("a", slots: 5), try ballot("b", slots: 6)) == 1)
    #expect(winner(try ballot("a", slots: 5, epoch: 3), try ballot("b", slots: 6, epoch: 3)) == 1)
    #expect(winner(try ballot("a"), try ballot("b")) == 0)
  }

  @Test("a view without slots counts only when there is no other")
  func empty() throws {
    let none = try ballot("a", slots: 0, epoch: 99)
    #expect(winner(none, none, try ballot("b", slots: 1)) == 2)
    #expect(winner(none, none) == 0)
    #expect(winner() == nil)
  }
}
