// How long after Redis has elected a replica its slots are served again. From outside: the replica is
// asked for its role, and a caller whose session is in the lost slots is timed. Nothing is asserted
// about the time; it is printed.

import Foundation
import Reactor
import Synchronization
import TestLab
import Testing

/// A caller that writes and reads one session and notes when each request was answered.
private final class Probe: Sendable {
  private let answers = Mutex<[(status: Int?, end: ContinuousClock.Instant)]>([])
  private let isOver = Mutex(false)
  private let isRunning = Mutex(true)

  init(port: Int, id: String) throws {
    let thread = try WorkerThread.start(name: "probe") { self.work(port, id) }
    thread.abandon()
  }

  private func work(_ port: Int, _ id: String) {
    var turn = 0
    while !isOver.withLock({ $0 }) {
      turn += 1
      let http = try? RawHTTP(port: port)
      let method = turn % 2 == 1 ? "PUT" : "GET"
      let body = turn % 2 == 1 ? Array("\(turn)".utf8) : []
      let answer = try? http?.exchange(method, "/v1/sessions/\(id)", body: body)
      answers.withLock { $0.append((answer?.status, ContinuousClock.now)) }
    }
    isRunning.withLock { $0 = false }
  }

  func firstSuccess(after instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    answers.withLock { list in
      list.first { $0.end > instant && ($0.status ?? 999) < 300 }?.end
    }
  }

  /// Ends the caller and gives the answers that were no success.
  func end() throws -> [Int?] {
    isOver.withLock { $0 = true }
    try eventually("the probe has ended") { !isRunning.withLock { $0 } }
    return answers.withLock { list in list.map(\.status).filter { ($0 ?? 999) >= 300 } }
  }
}

@Suite("A failover is a pause that ends with the election", .serialized)
struct ElectionTests {
  /// Deployments have 5000; the suite waits less unless it is told otherwise.
  static let nodeTimeout =
    ProcessInfo.processInfo.environment["SESSION_GATEWAY_TEST_NODE_TIMEOUT"].flatMap { Int($0) }
    ?? 2_000

  private static func id(in cluster: RedisCluster, of victim: RedisServer) throws -> String {
    for number in 0..<100 {
      let slot = try cluster.slot(of: "sg:{default:probe-\(number)}")
      if try cluster.primary(ofSlot: slot).port == victim.port { return "probe-\(number)" }
    }
    throw LabFault("no session is the victim's")
  }

  @Test("No request fails, whatever is under way", arguments: Blow.allCases)
  func nothingFails(_ blow: Blow) throws {
    var settings = RedisCluster.Settings()
    settings.nodeTimeout = Self.nodeTimeout
    let cluster = try RedisCluster(settings)
    let gateway = try GatewayProcess(cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    let victim = cluster.node(0)
    let probe = try Probe(port: gateway.port, id: Self.id(in: cluster, of: victim))
    let traffic = try Traffic(port: gateway.port, callers: 24)
    try eventually("there is traffic") { traffic.tally.requests > 2_000 }
    let heirs = try cluster.replicas().filter { $0.port != victim.port }
    switch blow {
    case .kill: try victim.kill9()
    case .hang: victim.pause()
    }
    let blown = ContinuousClock.now
    var elected = blown
    try eventually("a replica is elected") {
      elected = .now
      return try heirs.contains { try $0.command("ROLE").elements.first?.text == "master" }
    }
    var served: ContinuousClock.Instant?
    try eventually("the slots are served") {
      served = probe.firstSuccess(after: blown + .milliseconds(100))
      return served.map { $0 > elected - .seconds(1) } ?? false
    }
    if blow == .hang { victim.resume() }
    let before = traffic.tally.requests
    try eventually("traffic goes on") { traffic.tally.requests > before + 2_000 }
    let failures = try probe.end()
    let tally = try traffic.end()
    print(
      "failover by \(blow.rawValue), node timeout \(Self.nodeTimeout) ms:",
      "elected after \(elected - blown), served \(served! - elected) later; \(tally)")
    print(try Self.fates(at: gateway))
    #expect(tally.failures == [:])
    #expect(failures == [])
    #expect(tally.foreign == 0)
    try gateway.terminate()
  }

  private static func fates(at gateway: GatewayProcess) throws -> String {
    try gateway.connect().exchange("GET", "/metrics").text.split(separator: "\n")
      .filter { $0.contains("lost_writes_total{") }.joined(separator: "\n")
  }
}
