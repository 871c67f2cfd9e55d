// Whether the gateway serves is known while nobody asks it for a session: a balancer sends nobody to one
// that is not ready, so nothing but the gateway's own questions can end that.

import TestLab
import Testing

@Suite struct ReadinessTests {
  private func readiness(of gateway: GatewayProcess) throws -> Int {
    try gateway.ask("GET", "/readyz").status
  }

  /// Waits until the gateway is not ready, and `/health` says why of its one node.
  private func refused(_ gateway: GatewayProcess, _ code: String) throws {
    try eventually("it is not ready") { try readiness(of: gateway) == 503 }
    try expectProblem(503, "not-ready", executed: "no", in: gateway.ask("GET", "/readyz"))
    try eventually("it is told why") {
      let health = try gateway.ask("GET", "/health")
      return health.status == 503 && health.text.hasPrefix("{\"status\":\"fail\"")
        && health.text.contains("\"code\":\"\(code)\"")
    }
  }

  @Test func aNodeThatReadsItsData() throws {
    let redis = try RedisServer()
    try redis.command(
      "EVAL", "for i = 1, 40000 do redis.call('SET', 'filler-' .. i, 'x') end", "0")
    try redis.command("SAVE")
    let gateway = try GatewayProcess(["--redis", redis.address, "--workers", "2"])
    try gateway.wait(for: "/readyz")
    try redis.kill9()
    // More than a minute of it, until that was seen.
    try redis.begin(with: ["key-load-delay 2000", "loading-process-events-interval-bytes 1024"])
    try refused(gateway, "loading")
    try redis.command("CONFIG", "SET", "key-load-delay", "0")
    try gateway.wait(for: "/readyz")
    try gateway.wait(for: "/health")
    #expect(try redis.command("DBSIZE") == .integer(40_000))
  }

  @Test func aClusterThatIsDown() throws {
    var settings = RedisServer.Settings()
    settings.nodeTimeout = 15_000
    let redis = try RedisServer(settings)
    try redis.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
    let gateway = try GatewayProcess(["--redis", redis.address, "--workers", "2"])
    try gateway.wait(for: "/readyz")
    // One slot without an owner, where all must have one: the node says CLUSTERDOWN of every key, and the
    // gateway, which asks for the topology once a minute, believes that all have one.
    try redis.command("CLUSTER", "DELSLOTS", "16383")
    try refused(gateway, "clusterdown")
    try redis.command("CLUSTER", "ADDSLOTS", "16383")
    try gateway.wait(for: "/readyz")
  }

  @Test func aNodeThatHangs() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address, "--workers", "2"])
    try gateway.wait(for: "/readyz")
    redis.pause()
    defer { redis.resume() }
    try eventually("it is not ready") { try readiness(of: gateway) == 503 }
    redis.resume()
    try gateway.wait(for: "/readyz")
  }

  /// A user that is kept to one namespace's keys, which may not be the one whose key is asked for.
  @Test func aUserThatMayNotAskForMore() throws {
    let redis = try RedisServer()
    try redis.command(
      "ACL", "SETUSER", "gateway", "on", ">pass", "~sg:{default:[a-zA-Z]*", "+@all", "-acl")
    let folder = try TemporaryFolder()
    let gateway = try GatewayProcess([
      "--redis", redis.address, "--redis-user", "gateway", "--redis-password-file",
      try folder.write("password", "pass"), "--workers", "1",
    ])
    try gateway.wait(for: "/readyz")
    try eventually("it was asked, and refused") {
      try redis.facts("INFO", "errorstats")["errorstat_NOPERM"] != nil
    }
    // So it is as long as it is refused, unless the node was slow.
    try gateway.wait(for: "/readyz")
    #expect(try gateway.ask("PUT", freshPath(), body: [1]).status == 201)
    #expect(!gateway.log.contains("noperm"))
  }
}
