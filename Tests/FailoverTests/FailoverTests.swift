// What happens to nodes of a cluster, and what callers see of it: a pause.

import Glibc
import TestLab
import Testing

/// What happens to a primary.
enum Blow: String, CaseIterable {
  /// It ends without a word (SIGKILL).
  case kill = "kill -9"
  /// It hangs with its connections open (SIGSTOP).
  case hang = "SIGSTOP"
}

@Suite("Faults of a TLS cluster under load are pauses", .serialized)
struct FailoverTests {
  @Test("A primary is lost and a replica takes over", arguments: Blow.allCases)
  func onePrimaryIsLost(_ blow: Blow) throws {
    for shard in 0..<(Lab.isLong ? Checker.shards : 1) { try strike(blow, shard) }
  }

  @Test("Where not all slots must be covered, others notice nothing", arguments: Blow.allCases)
  func othersNoticeNothing(_ blow: Blow) throws {
    try strike(blow, 1, coverage: false)
  }

  /// How long after Redis's election a shard may be served at the latest; for the long form to judge.
  private static let delay = Duration.milliseconds(500)

  private func strike(_ blow: Blow, _ shard: Int, coverage: Bool = true) throws {
    let lab = try Lab.whole()
    var others = 0
    if !coverage { try lab.cluster.configure("cluster-require-full-coverage", "no") }
    let victim = try lab.owners()[shard]
    let remark = coverage ? "" : "cluster-require-full-coverage no"
    let fault = "`\(blow.rawValue)` of primary \(shard + 1)"
    let seen = try lab.watch { checker, gateway in
      var before = 0
      let elected = try lab.election(after: victim, slot: HashSlot.middle(of: shard)) {
        switch blow {
        case .kill: try victim.kill9()
        case .hang: victim.pause()
        }
        try lab.notice(of: victim, by: gateway)
        before = checker.answered(apart: shard)
      }
      others = checker.answered(apart: shard) - before
      try gateway.wait(for: "/readyz")
      try checker.wait(forMore: 60)
      switch blow {
      case .kill: try victim.restart()
      case .hang: victim.resume()
      }
      try checker.wait(forMore: 60)
      return Measured(shards: [shard], restored: elected, restoredShard: shard, remark: remark)
    }
    seen.judge(fault, allowing: .losses)
    guard Lab.isLong, let delay = seen.measured.delay(in: seen.tally) else { return }
    #expect(delay < Self.delay, "\(fault): \(seen.tally)")
    if !coverage { #expect(others > 50, "\(fault): other shards stood still, too") }
  }

  @Test("An operator lets a replica take over (CLUSTER FAILOVER)")
  func operatorsFailover() throws {
    let lab = try Lab.whole()
    try lab.run("CLUSTER FAILOVER by an operator") { checker, _ in
      for slot in [1, 6_000, 12_000] { try lab.handOver(slot: slot) }
      try checker.wait(forMore: 60)
      return Measured(remark: "all three primaries, one after the other")
    }
  }

  @Test("Every node is restarted, one after the other")
  func rollingRestart() throws {
    let lab = try Lab.whole()
    try lab.run("rolling restart of all six nodes") { checker, _ in
      for node in lab.cluster.nodes {
        if let slot = try lab.slot(ownedBy: node) { try lab.handOver(slot: slot) }
        try node.terminate()
        try node.restart()
        try lab.cluster.waitUntilServing()
        try checker.wait(forMore: 20)
      }
      return Measured(remark: "CLUSTER FAILOVER before a primary's turn")
    }
  }

  @Test("All replicas are gone")
  func noReplicas() throws {
    let lab = try Lab.whole()
    try lab.run("all replicas killed and started again") { checker, _ in
      let replicas = try lab.cluster.replicas()
      for replica in replicas { try replica.kill9() }
      // Long enough for the primaries to notice.
      try checker.wait(forMore: Lab.isLong ? 2_000 : 400)
      for replica in replicas { try replica.restart() }
      try lab.cluster.waitUntilServing()
      return Measured()
    }
  }

  @Test("The whole cluster is restarted: sessions are gone, requests wait")
  func fullRestart() throws {
    let lab = try Lab.whole()
    try lab.run("full restart of the cluster", allowing: [.losses, .failures]) { checker, gateway in
      try lab.cluster.stop()
      for node in lab.cluster.nodes { try node.begin() }
      for node in lab.cluster.nodes { try node.waitUntilAnswering() }
      try lab.cluster.waitUntilServing()
      try gateway.wait(for: "/readyz")
      try checker.wait(forMore: 60)
      return Measured(remark: "nothing is kept on disk, so all sessions went with it")
    }
  }

  @Test("All nodes hang for a while, as when the network is cut")
  func networkCut() throws {
    let lab = try Lab.whole()
    let seconds: UInt32 = Lab.isLong ? 8 : 2
    try lab.run("all nodes hang for \(seconds) s") { checker, gateway in
      for node in lab.cluster.nodes { node.pause() }
      sleep(seconds)
      for node in lab.cluster.nodes { node.resume() }
      try lab.cluster.waitUntilServing()
      return Measured()
    }
  }

  @Test("All nodes hang for longer than the deadline", .enabled(if: Lab.isLong))
  func longCut() throws {
    let lab = try Lab.whole()
    try lab.run("all nodes hang for 20 s", allowing: .failures) { checker, gateway in
      for node in lab.cluster.nodes { node.pause() }
      sleep(20)
      for node in lab.cluster.nodes { node.resume() }
      try lab.cluster.waitUntilServing()
      return Measured()
    }
  }

  @Test("Every connection to Redis is dropped, again and again")
  func droppedConnections() throws {
    let lab = try Lab.whole()
    try lab.run("all connections dropped ten times (CLIENT KILL)") { checker, _ in
      for _ in 0..<10 {
        for node in lab.cluster.nodes { try node.dropClients() }
        try checker.wait(forMore: 30)
      }
      return Measured()
    }
  }
}

extension Lab {
  /// Lets the replica of the slot's primary take over in good order, and waits until all know it.
  func handOver(slot: Int) throws {
    let primary = try cluster.primary(ofSlot: slot)
    let heir = try cluster.replicas().first {
      try $0.facts("INFO", "replication")["master_port"] == "\(primary.port)"
    }
    guard let heir else { throw LabFault("the primary on \(primary.port) has no replica") }
    // Redis gives an attempt up after five seconds, and an operator then tries again.
    var asked = ContinuousClock.now
    try heir.command("CLUSTER", "FAILOVER")
    try eventually("the replica on \(heir.port) has taken over", within: .seconds(60)) {
      if try cluster.primary(ofSlot: slot) === heir { return true }
      if ContinuousClock.now - asked > .seconds(6) {
        asked = .now
        _ = try? heir.command("CLUSTER", "FAILOVER")
      }
      return false
    }
    try eventually("the primary on \(primary.port) follows") {
      try primary.command("ROLE").elements.first?.text == "slave"
    }
    try cluster.waitUntilServing()
  }

  /// A slot that `node` serves; nil when it is a replica.
  func slot(ownedBy node: RedisServer) throws -> Int? {
    try [1, 6_000, 12_000].first { try cluster.primary(ofSlot: $0) === node }
  }
}
