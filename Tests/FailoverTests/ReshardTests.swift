// A cluster grows and shrinks while callers use it.

import TestLab
import Testing

extension FailoverTests {
  @Test("From three primaries to five and back, slots and replicas moved under load")
  func growsAndShrinks() throws {
    let lab = try Lab.whole()
    let cluster = lab.cluster
    let count = Lab.isLong ? 2 : 1
    try lab.run("reshard from 3 primaries to \(3 + count) and back") { checker, _ in
      var moves = (slots: 0, keys: 0)
      var grown: [Grown] = []
      for round in 0..<count {
        let node = try cluster.add()
        var taken: [(slots: [Int], owner: RedisServer)] = []
        for third in 0..<Checker.shards {
          let slots = Self.slots(of: third, round: round, with: checker.slots)
          let owner = try cluster.primary(ofSlot: slots[0])
          moves.keys += try cluster.reshard(slots: slots, from: owner, to: node)
          moves.slots += slots.count
          taken.append((slots, owner))
        }
        grown.append(Grown(node: node, replica: try cluster.add(replicaOf: node), taken: taken))
        try checker.wait(forMore: 20)
      }
      for grown in grown.reversed() {
        for (slots, owner) in grown.taken {
          moves.keys += try cluster.reshard(slots: slots, from: grown.node, to: owner)
          moves.slots += slots.count
        }
        try cluster.remove(grown.replica)
        try cluster.remove(grown.node)
        try checker.wait(forMore: 20)
      }
      #expect(moves.keys > 0)
      return Measured(remark: "\(moves.slots) slots moved, \(moves.keys) keys in them")
    }
  }

  /// A node that came with a replica, and what it took from whom.
  private struct Grown {
    var node: RedisServer
    var replica: RedisServer
    var taken: [(slots: [Int], owner: RedisServer)]
  }

  /// Which slots of a third a round takes: every second one that callers use, and where time allows
  /// as many of the others as make a fifth of the cluster.
  private static func slots(of third: Int, round: Int, with used: [Int]) -> [Int] {
    let first = third * 16_384 / Checker.shards + 1
    let mine = used.filter { HashSlot.shard(of: $0) == third }.sorted()
    let chosen = mine.enumerated().filter { $0.offset % 2 == round }.map(\.element)
    guard Lab.isLong else { return chosen }
    let part = 16_384 / 5 / Checker.shards
    let others = Set(first + round * part..<first + (round + 1) * part).subtracting(mine)
    return chosen + others.sorted()
  }
}
