import TestLab
import Testing

/// What happens to a primary.
enum Blow: String, CaseIterable {
  /// It ends without a word (SIGKILL).
  case kill
  /// It hangs with its connections open (SIGSTOP).
  case hang
}

@Suite("A failover of a TLS cluster under load is a pause", .serialized)
struct FailoverTests {
  private static func count(_ name: String, at gateway: GatewayProcess) throws -> Int {
    let page = try gateway.connect().exchange("GET", "/metrics").text
    let line = page.split(separator: "\n").first { $0.hasPrefix("session_gateway_redis_\(name) ") }
    return line.flatMap { Int($0.split(separator: " ").last!) } ?? -1
  }

  @Test(
    "One primary is lost: no request fails", arguments: Blow.allCases)
  func onePrimaryIsLost(_ blow: Blow) throws {
    let cluster = try RedisCluster()
    let gateway = try GatewayProcess(cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    let traffic = try Traffic(port: gateway.port, callers: 24)
    try eventually("there is traffic") { traffic.tally.requests > 2_000 }
    let victim = cluster.node(0)
    switch blow {
    case .kill: try victim.kill9()
    case .hang: victim.pause()
    }
    try eventually("another primary took over") {
      try cluster.primary(ofSlot: 0).port != victim.port && cluster.primaries().count == 3
    }
    try gateway.wait(for: "/readyz")
    let before = traffic.tally.requests
    try eventually("traffic goes on") { traffic.tally.requests > before + 2_000 }
    if blow == .hang {
      victim.resume()
      let before = traffic.tally.requests
      try eventually("traffic goes on") { traffic.tally.requests > before + 2_000 }
    }
    let tally = try traffic.end()
    print("failover by \(blow.rawValue): \(tally)")

    #expect(tally.failures == [:])
    #expect(tally.foreign == 0)
    #expect(tally.slowest < .seconds(11))
    #expect(try Self.count("suspicions_total", at: gateway) > 0 || blow == .kill)
    #expect(try Self.count("lost_writes_total{fate=\"unknown\"}", at: gateway) == 0)
    try gateway.terminate()
  }
}
