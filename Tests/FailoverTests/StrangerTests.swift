// Another Redis at the address of a node that is gone, as when machines are replaced and addresses
// given away again.

import Glibc
import TestLab
import Testing

@Suite("Another Redis at a node's address", .serialized)
struct StrangerTests {
  private let reason = "it is not a cluster node, and others are"

  private func cluster() throws -> RedisCluster {
    var settings = RedisCluster.Settings()
    settings.replicas = 0
    settings.tls = false
    settings.password = nil
    settings.lines = ["cluster-require-full-coverage no"]
    return try RedisCluster(settings)
  }

  /// What is for the first node's slots waits, the rest is served, and operators are told.
  private func expectNothing(
    in stranger: RedisServer, keys: Int = 0, from gateway: GatewayProcess
  ) throws {
    for number in 0..<24 {
      let id = "stranger-\(number)"
      let waits = HashSlot.shard(of: HashSlot.of("default:\(id)")) == 0
      // Only in vain does anybody wait no longer than a second.
      let fields = waits ? ["Session-Deadline": "1"] : [:]
      let answer = try gateway.connect().exchange(
        "PUT", "/v1/sessions/\(id)", fields: fields, body: [1])
      #expect(answer.status == (waits ? 503 : 201), "\(id)")
    }
    #expect(try stranger.command("DBSIZE") == .integer(keys))
    #expect(try gateway.connect().exchange("GET", "/readyz").status == 503)
    let health = try gateway.connect().exchange("GET", "/health").text
    #expect(health.contains("\"code\":\"topology\"") && health.contains(reason))
  }

  private func bothHaveMet(_ gateway: GatewayProcess) throws {
    try eventually("both workers have met it") {
      gateway.log.split(separator: "\n").count { $0.contains(reason) } >= 2
    }
  }

  @Test("It gets no session")
  func getsNothing() throws {
    let cluster = try cluster()
    let gateway = try GatewayProcess(cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    try cluster.node(0).kill9()
    let stranger = try RedisServer(port: cluster.node(0).port)
    try bothHaveMet(gateway)
    try expectNothing(in: stranger, from: gateway)
  }

  @Test("Nor if it was there before the gateway")
  func atTheStart() throws {
    let cluster = try cluster()
    try cluster.node(0).kill9()
    let stranger = try RedisServer(port: cluster.node(0).port)
    let gateway = try GatewayProcess(cluster.gatewayFlags() + ["--workers", "2"], until: .live)
    try bothHaveMet(gateway)
    try expectNothing(in: stranger, from: gateway)
  }

  @Test("Nor if it loads its data when it is met")
  func loading() throws {
    let folder = try TemporaryFolder()
    var shape = RedisServer.Settings()
    shape.lines = ["dir \(folder.path)", "dbfilename theirs.rdb"]
    do {
      let before = try RedisServer(shape)
      for number in 0..<2_000 { _ = try before.command("SET", "k\(number)", "v\(number)") }
      _ = try before.command("SAVE")
      try before.kill9()
    }
    let cluster = try cluster()
    let gateway = try GatewayProcess(cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    try cluster.node(0).kill9()
    shape.lines += ["key-load-delay 2000", "loading-process-events-interval-bytes 1024"]
    let stranger = try RedisServer(shape, port: cluster.node(0).port)
    try bothHaveMet(gateway)
    try expectNothing(in: stranger, keys: 2_000, from: gateway)
  }
}
