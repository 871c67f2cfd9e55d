// Whose view of the cluster is adopted. Nodes disagree after a failover or a partition, and a node
// that was cut off reports an old state. Each node's answer brings the epochs with which slots are
// claimed; within a cluster the higher epoch is the younger claim:
//
// 1. A view that gives no slot to an older claim than the table's is adopted.
// 2. A view that does is refused, and kept as that node's ballot; its primaries are soon asked,
//    too.
// 3. If most primaries of such a view report it, and no node reports the one that the table
//    follows, it is adopted nevertheless: the cluster was recreated, with epochs that start over.
// 4. If no epochs are reported (an ACL without CLUSTER NODES), every view is adopted; the last one
//    wins.
// 5. A view whose nodes are all unknown to the table, from a node that knows none of the table's, is
//    refused until none of those has served for half a minute, whichever node reports it: at the
//    address of a node that is gone, a node of another cluster may answer, and epochs of two clusters
//    cannot be compared. A shorter absence is a fault of the network, or a failover.

import Primitives
import Redis

extension ClusterStore {
  /// Whether the table is to follow this view. Notes it as the node's ballot.
  mutating func judgeView(
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

  /// Whether no node of a view is in the table, and none of the table's is known to who reports it,
  /// judged by their ids, although the table's owners serve, or did so lately.
  func isForeign(_ topology: Topology, _ epochs: NodeEpochs, at now: Instant) -> Bool {
    guard deployment == .cluster else { return false }
    let known = refresh.topology?.ids ?? []
    guard !known.isEmpty, !topology.ids.isEmpty, known.isDisjoint(with: topology.ids) else {
      return false
    }
    // A replica that the table had not met, and that took over from all that it had.
    if known.contains(where: { epochs[$0] != nil }) { return false }
    guard let since = refresh.unservedSince, !anyOwner({ $0.takesCommands }) else { return true }
    return now < since + configuration.limits.foreignView
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

  /// Whether most primaries of a view report it, and no node that can be asked reports the table's.
  private func isElected(_ topology: Topology) -> Bool {
    let ballots = refresh.ballots.filter {
      nodes.contains($0.key) && nodes[$0.key].isAskable
    }.map(\.value)
    guard !ballots.contains(where: { $0.topology.digest == refresh.topology?.digest }),
      let winner = TopologyVote.winner(of: ballots),
      ballots[winner].topology.digest == topology.digest
    else { return false }
    let votes = ballots.count { $0.topology.digest == topology.digest }
    return votes > topology.shards.count / 2
  }

  /// Connects to the primaries of a view that was refused, so that they can be asked: of a cluster
  /// that was recreated at other addresses, a seed may be the only known node.
  mutating func openVoters(of topology: Topology, at now: Instant) {
    for shard in topology.shards {
      if let link = addNode(shard.primary.endpoint, isSeed: false) { open(link, at: now) }
    }
  }

  /// Notes the epochs with which the primaries of an adopted view claim their slots.
  mutating func noteEpochs(_ epochs: NodeEpochs, of topology: Topology) {
    for shard in topology.shards {
      guard let link = node(at: shard.primary.endpoint) else { continue }
      nodes[link].epoch = epochs[shard.primary.id] ?? 0
    }
  }
}
