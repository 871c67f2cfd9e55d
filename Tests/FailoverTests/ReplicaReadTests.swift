import TestLab
import Testing

@Suite("Reading from replicas of a TLS cluster", .serialized)
struct ReplicaReadTests {
  /// How often a node was asked a command.
  private func calls(_ name: String, at node: RedisServer) throws -> Int {
    let line = try node.facts("INFO", "commandstats")["cmdstat_\(name)"] ?? "calls=0,"
    return Int(line.split(separator: ",")[0].dropFirst("calls=".count)) ?? 0
  }

  private func calls(_ name: String, at nodes: [RedisServer]) throws -> Int {
    try nodes.reduce(0) { try $0 + calls(name, at: $1) }
  }

  /// Waits until each worker reads from each replica.
  private func waitForReplicas(_ gateway: GatewayProcess, _ count: Int) throws {
    try eventually("the replicas are read from") {
      gateway.log.split(separator: "\n").count { $0.contains("Redis replica serves reads") }
        >= count
    }
  }

  /// Asks until a replica was asked, and counts how often a slow one was passed over, and the primary
  /// asked in its place.
  private func read(
    _ path: String, _ http: RawHTTP, _ replicas: [RedisServer], _ passedOver: inout Int
  ) throws -> RawHTTP.Response {
    var answer: RawHTTP.Response?
    try eventually("a replica is asked") {
      let before = try calls("get", at: replicas)
      answer = try http.exchange("GET", path)
      if try calls("get", at: replicas) == before + 1 { return true }
      passedOver += 1
      return false
    }
    return answer!
  }

  @Test("Replicas answer, primaries keep the sessions alive")
  func reads() throws {
    let cluster = try RedisCluster()
    let flags = try cluster.gatewayFlags() + ["--workers", "1", "--redis-read", "replica"]
    let gateway = try GatewayProcess(flags, until: .ready)
    try waitForReplicas(gateway, 3)
    let (primaries, replicas) = (try cluster.primaries(), try cluster.replicas())
    let http = try gateway.connect()
    var passedOver = 0
    for number in 0..<50 {
      let put = try http.exchange(
        "PUT", "/v1/sessions/s\(number)", fields: ["Session-Idle-Timeout": "100"],
        body: Array("x".utf8))
      #expect(put.status == 201)
      let primary = try cluster.primary(ofSlot: cluster.slot(of: "sg:{default:s\(number)}"))
      // Most of its time is over, here and at the replica.
      try primary.command("PEXPIRE", "sg:{default:s\(number)}", "50000")
      let get = try read("/v1/sessions/s\(number)", http, replicas, &passedOver)
      #expect(get.status == 200)
      #expect(get.text == "x")
      try eventually("the timeout starts anew") {
        guard case .integer(let left) = try primary.command("PTTL", "sg:{default:s\(number)}")
        else { return false }
        return left > 90_000
      }
    }
    let nothing = try read("/v1/sessions/nothing", http, replicas, &passedOver)
    #expect(nothing.status == 404)
    // The session that does not exist, and those that a replica had not heard of yet.
    #expect(try calls("get", at: primaries) >= 1)
    #expect(try calls("getex", at: primaries) <= passedOver)
    try gateway.terminate()
  }

  @Test("A replica ends, then a primary: no request fails")
  func losses() throws {
    let cluster = try RedisCluster()
    let flags = try cluster.gatewayFlags() + ["--workers", "2", "--redis-read", "replica"]
    let gateway = try GatewayProcess(flags + Checker.flags, until: .ready)
    try waitForReplicas(gateway, 6)
    let checker = try Checker(port: gateway.port)
    try cluster.setNodeTimeout(2_000)
    // The first primary's replica, then another shard's primary.
    try cluster.node(3).kill9()
    try checker.wait(forMore: 200)
    try cluster.node(1).kill9()
    try eventually("another primary took over", within: .seconds(120)) {
      try cluster.primaries().contains { $0.port == cluster.node(4).port }
    }
    try checker.wait(forMore: 200)
    let tally = try checker.end()
    // A replica may be behind, and a primary that is killed may have been ahead.
    #expect(tally.failed == 0 && tally.foreign == 0 && tally.overdue == 0, "\(tally)")
    try gateway.terminate()
  }
}
