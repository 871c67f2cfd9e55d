// What happens to a cluster while callers call: slots with their sessions on their way to another
// primary and back, primaries that hand over to their replicas, one that is killed.

import TestLab

/// What happens.
enum Trouble: String, CaseIterable {
  case none, migration, failover, kill
}

/// Makes trouble, a step each time it is asked to act.
final class TroubleMaker {
  /// How often it happened.
  private(set) var count = 0
  /// The sessions whose primary was killed.
  private(set) var struck: Set<Int> = []
  /// The sessions.
  let ids: [String]

  private let trouble: Trouble
  private let cluster: RedisCluster
  private var move: (slot: Int, from: RedisServer, to: RedisServer)?
  private var step = 0
  private var next = 0

  /// One that troubles the sessions with these ids.
  init(_ trouble: Trouble, _ cluster: RedisCluster, _ ids: [String]) {
    self.trouble = trouble
    self.cluster = cluster
    self.ids = ids
  }

  /// Does the next step.
  func act() throws {
    step += 1
    switch trouble {
    case .none: break
    case .migration: try migrate()
    case .failover where step % 50 == 20: try handOver()
    case .kill where step == 50: try kill()
    case .failover, .kill: break
    }
  }

  /// Ends what has begun.
  func settle() throws {
    if let move {
      try cluster.moveKeys(slot: move.slot, from: move.from, to: move.to)
      try cluster.finishMove(slot: move.slot, to: move.to)
    }
    move = nil
    try cluster.waitUntilServing()
  }

  private func slot(_ session: Int) throws -> Int {
    try cluster.slot(of: "sg:{default:\(ids[session])}")
  }

  /// A slot is opened, left so for a while in which what is new is made at its new node, emptied, left
  /// so again, and closed. It goes round all primaries, and not at once: a gateway that was told to ask
  /// a node, and was held up until the slot is opened there anew, would ask where nothing has come yet.
  /// No client of a Redis Cluster can know better.
  private func migrate() throws {
    switch step % 32 {
    case 1:
      let slot = try slot(next % ids.count)
      let source = try cluster.primary(ofSlot: slot)
      let ring = try cluster.primaries()
      guard let place = ring.firstIndex(where: { $0.port == source.port }) else { return }
      move = (slot, source, ring[(place + 1) % ring.count])
      next += 1
      try cluster.beginMove(slot: slot, from: source, to: move!.to)
    case 6:
      if let move { try cluster.moveKeys(slot: move.slot, from: move.from, to: move.to) }
    case 11:
      guard let move else { return }
      try cluster.moveKeys(slot: move.slot, from: move.from, to: move.to)
      try cluster.finishMove(slot: move.slot, to: move.to)
      self.move = nil
      count += 1
    default: break
    }
  }

  /// A replica takes over in good order: its primary waits until it has everything.
  private func handOver() throws {
    let primary = try cluster.primary(ofSlot: slot(next % ids.count))
    let replica = try cluster.replicas().first { node in
      try node.facts("INFO", "replication")["master_port"] == "\(primary.port)"
    }
    // Refused where it has lost sight of its primary; the next step asks again.
    guard let replica, (try? replica.command("CLUSTER", "FAILOVER")) != nil else { return }
    next += 1
    count += 1
  }

  private func kill() throws {
    let victim = try cluster.primary(ofSlot: slot(0))
    struck = try Set(
      ids.indices.filter { try cluster.primary(ofSlot: slot($0)).port == victim.port })
    try cluster.setNodeTimeout(2_000)
    try victim.kill9()
    count += 1
  }
}
