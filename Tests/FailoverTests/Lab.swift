// Where faults are tried: a cluster of three primaries and three replicas with TLS both ways and a
// password, shared by the tests of this suite one after the other; before each it is whole again,
// and each has a gateway of its own. SESSION_GATEWAY_CHAOS=1 makes timeouts those of a deployment
// and faults as long as they are in life (`make chaos`).

import Foundation
import TestLab
import Testing

/// What a fault may cost that would otherwise fail the test.
struct Allowance: OptionSet {
  let rawValue: Int
  /// Acknowledged writes, as asynchronous replication may lose them.
  static let losses = Allowance(rawValue: 1)
  /// Requests, but for the contract's 503 and 504.
  static let failures = Allowance(rawValue: 2)
  static let nothing: Allowance = []
}

final class Lab: Sendable {
  /// Whether faults are as long as in life.
  static let isLong = ProcessInfo.processInfo.environment["SESSION_GATEWAY_CHAOS"] != nil
  /// Milliseconds until a node is thought lost that is lost on purpose. Other than in life, where
  /// faults are short nodes are patient until then: who is only slow must not be taken for lost.
  static let nodeTimeout = isLong ? 5_000 : 1_000

  private static let shared = Result { try Lab() }

  let cluster: RedisCluster

  init() throws {
    var settings = RedisCluster.Settings()
    settings.requiresClientCertificate = true
    if Self.isLong { settings.nodeTimeout = Self.nodeTimeout }
    cluster = try RedisCluster(settings)
  }

  /// The shared lab with every node up again, a replica for each primary.
  static func whole() throws -> Lab {
    let lab = try shared.get()
    for node in lab.cluster.nodes {
      node.resume()
      if !node.process.isRunning { try node.restart() }
    }
    try lab.cluster.configure("cluster-require-full-coverage", "yes")
    try lab.cluster.setNodeTimeout(lab.cluster.settings.nodeTimeout)
    // Who was started anew may take itself for a primary for a while.
    try eventually("each primary has a replica") { try lab.cluster.replicas().count == 3 }
    try lab.cluster.waitUntilServing()
    return lab
  }

  /// What callers saw of a deed, and how their gateway ended.
  struct Seen: Sendable {
    var tally: Tally
    var measured: Measured
    var ending: TestLab.ExitStatus

    /// Adds a row to the table, and judges.
    func judge(_ fault: String, allowing allowance: Allowance = .nothing) {
      ChaosTable.add(fault, tally, measured)
      Lab.judge(tally, fault, allowance)
      #expect(ending == .exited(0))
    }
  }

  /// Runs callers of a gateway with these flags through `deed`. `deed` gets them, and may say what
  /// else the table is to show.
  static func watch(
    _ flags: [String], _ deed: (Checker, GatewayProcess) throws -> Measured
  ) throws -> Seen {
    let gateway = try GatewayProcess(flags + Checker.flags, until: .ready)
    let checker = try Checker(port: gateway.port)
    defer { checker.stop() }
    let measured = try deed(checker, gateway)
    try gateway.wait(for: "/readyz")
    try checker.wait(forMore: 60)
    return Seen(
      tally: try checker.end(), measured: measured, ending: try gateway.terminate())
  }

  /// Runs callers of a gateway before this cluster through `deed`.
  func watch(_ deed: (Checker, GatewayProcess) throws -> Measured) throws -> Seen {
    try Self.watch(cluster.gatewayFlags() + ["--workers", "2"], deed)
  }

  /// Runs callers through `deed` and judges what they saw.
  func run(
    _ fault: String, allowing allowance: Allowance = .nothing,
    _ deed: (Checker, GatewayProcess) throws -> Measured
  ) throws {
    try watch(deed).judge(fault, allowing: allowance)
  }

  /// What must be, whatever happened.
  static func judge(_ tally: Tally, _ fault: String, _ allowance: Allowance) {
    #expect(tally.stale == 0 && tally.foreign == 0 && tally.undead == 0, "\(fault): \(tally)")
    #expect(tally.late == 0, "\(fault): \(tally)")
    #expect(tally.overdue == 0, "\(fault): \(tally)")
    if !allowance.contains(.losses) { #expect(tally.lost == 0, "\(fault): \(tally)") }
    if allowance.contains(.failures) {
      let contract = tally.failures.keys.allSatisfy { $0.hasSuffix("503") || $0.hasSuffix("504") }
      #expect(contract, "\(fault): \(tally)")
    } else {
      #expect(tally.failed == 0, "\(fault): \(tally)")
    }
  }

  /// The primaries that have slots, in the order of the slots.
  func owners() throws -> [RedisServer] {
    try (0..<Checker.shards).map { try cluster.primary(ofSlot: HashSlot.middle(of: $0)) }
  }

  /// Waits until a gateway says that `node` is silent or not connected.
  func notice(of node: RedisServer, by gateway: GatewayProcess) throws {
    try eventually("it is told that \(node.port) is unwell") {
      gateway.log.split(separator: "\n").contains {
        $0.contains("\"warning\"") && $0.contains("\"\(node.address)\"")
      }
    }
  }

  /// Strikes `victim`, waits until another node serves `slot`, and says since when.
  func election(
    after victim: RedisServer, slot: Int, _ strike: () throws -> Void
  ) throws -> ContinuousClock.Instant {
    try cluster.setNodeTimeout(Self.nodeTimeout)
    let heirs = cluster.nodes.filter { $0 !== victim }
    let before = try heirs.filter { try isPrimary($0) }.map(\.port)
    try strike()
    var elected = ContinuousClock.now
    // An election that a busy machine spoils is held again.
    try eventually("a replica is elected", within: .seconds(120)) {
      let heir = try heirs.first { try !before.contains($0.port) && isPrimary($0) }
      elected = .now
      return heir != nil
    }
    try eventually("all know it") {
      try cluster.primary(ofSlot: slot) !== victim
    }
    try cluster.setNodeTimeout(cluster.settings.nodeTimeout)
    return elected
  }

  private func isPrimary(_ node: RedisServer) throws -> Bool {
    try node.isServing && node.command("ROLE").elements.first?.text == "master"
  }
}
