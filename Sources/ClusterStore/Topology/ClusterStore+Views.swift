// Whose view of the cluster is believed. Nodes disagree after a failover or a partition, and one that
// was cut off tells what was so before. Each node's answer brings the epochs with which slots are
// claimed, and in a cluster the higher epoch is the younger claim:
//
//   1. A view that gives no slot to an older claim than the one that the table follows is taken over.
//   2. One that does is refused, and kept as that node's ballot; its primaries are asked soon, too.
//   3. When most primaries of such a view tell it, and nobody the one that the table follows, it is
//      taken over nevertheless: the cluster was made anew, with epochs that begin again.
//   4. Where no epochs are told (an ACL without CLUSTER NODES), every view is believed, as the last.
//   5. A view of other nodes altogether is refused while one of the table's own serves, whoever tells it: behind
//      an address of a node that is gone another cluster's may answer by now, and epochs of two clusters say
//      nothing of each other.

import Primitives
import Redis

extension ClusterStore {
  /// Whether the table is to follow this view.
  mutating func believes(
    _ topology: Topology, _ epochs: NodeEpochs, toldBy link: Link
  ) -> Bool {
    refresh.ballots = refresh.ballots.filter { nodes.contains($0.key) }
    refresh.ballots[link] = TopologyVote.Ballot(
      topology: topology, epoch: topology.epoch(by: epochs))
    guard refresh.since != nil, deployment == .cluster, goesBack(topology, epochs),
      !isElected(topology)
    else { return true }
    counters.staleViews += 1
    return false
  }

  /// Whether no node of a view is one of the table's, as far as they tell their ids, and one of these serves.
  func isForeign(_ topology: Topology) -> Bool {
    guard deployment == .cluster else { return false }
    let known = refresh.topology?.ids ?? []
    guard !known.isEmpty, !topology.ids.isEmpty, known.isDisjoint(with: topology.ids) else {
      return false
    }
    return anyOwner { $0.takesCommands }
  }

  /// Whether a slot would go from its owner to one with an older claim.
  private func goesBack(_ topology: Topology, _ epochs: NodeEpochs) -> Bool {
    for shard in topology.shards {
      guard let epoch = epochs[shard.primary.id] else { continue }
      let place = node(at: shard.primary.endpoint).map { UInt16($0.index) }
      for range in shard.ranges {
        for slot in range.first...range.last {
          let owner = slots.owner(of: slot)
          guard owner != SlotTable.nobody, owner != place,
            let link = nodes.ticket(at: Int(owner))
          else { continue }
          if nodes[link].epoch > epoch { return true }
        }
      }
    }
    return false
  }

  /// Whether most primaries of a view tell it, and nobody who can be asked tells the table's.
  private func isElected(_ topology: Topology) -> Bool {
    let ballots = refresh.ballots.filter {
      nodes.contains($0.key) && nodes[$0.key].takesCommands
    }.map(\.value)
    guard !ballots.contains(where: { $0.topology.digest == refresh.topology?.digest }),
      let winner = TopologyVote.winner(of: ballots),
      ballots[winner].topology.digest == topology.digest
    else { return false }
    let votes = ballots.count { $0.topology.digest == topology.digest }
    return votes > topology.shards.count / 2
  }

  /// Connects to the primaries of a view that is not believed, so that they can be asked: of a cluster
  /// that was made anew at other addresses a seed may be the only one that is known.
  mutating func openVoters(of topology: Topology, at now: Instant) {
    for shard in topology.shards {
      if let link = addNode(shard.primary.endpoint, isSeed: false) { open(link, at: now) }
    }
  }

  /// Notes with which epochs the primaries of a view that was taken over claim their slots.
  mutating func noteEpochs(_ epochs: NodeEpochs, of topology: Topology) {
    for shard in topology.shards {
      guard let link = node(at: shard.primary.endpoint) else { continue }
      nodes[link].epoch = epochs[shard.primary.id] ?? 0
    }
  }
}
