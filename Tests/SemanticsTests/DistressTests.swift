// What becomes of locks and conditions while Redis is full, down, or holds what nobody wrote.

import Sessions
import StoreContract
import TestLab
import Testing

@Suite("Scripts on a Redis in distress")
struct DistressTests {
  @Test("A node that is full lets locks be renewed, found again and released")
  func lockAtMaxmemory() throws {
    let redis = try RedisServer()
    var harness = ClusterStoreHarness(port: redis.port, suffix: "-f")
    #expect(harness.perform(.put("s", version: 1)) == .created(version: 1))
    #expect(harness.perform(.lock("s", 7)).lock == 7)
    try redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    try redis.command("CONFIG", "SET", "maxmemory", "1")
    #expect(harness.perform(.renew("s", 7)) == .renewed)
    #expect(harness.perform(.lock("s", 7)).lock == 7)
    #expect(harness.perform(.put("s", version: 2).holding(7)) == .fault(.storeFull))
    #expect(harness.perform(.unlock("s", 7)) == .unlocked)
    #expect(harness.perform(.lock("s", 8)).lock == 8)
    #expect(harness.perform(.delete("s").holding(8)) == .deleted)
  }

  @Test("A lock is waited for while the cluster is down and serves reads only")
  func lockWhileDown() throws {
    var settings = RedisCluster.Settings()
    (settings.primaries, settings.replicas, settings.tls) = (1, 0, false)
    settings.lines = ["cluster-allow-reads-when-down yes"]
    let cluster = try RedisCluster(settings)
    let node = cluster.node(0)
    let gateway = try GatewayProcess(cluster.gatewayFlags(), until: .ready)
    let client = try gateway.connect()
    #expect(try client.exchange("PUT", "/v1/sessions/s", body: [1]).status == 201)
    // The node knows the scripts from now on.
    let lock = try client.exchange("POST", "/v1/sessions/s/lock")
    let token = try #require(lock["Session-Lock"])
    let release = ["Session-Lock": token]
    #expect(try client.exchange("DELETE", "/v1/sessions/s/lock", fields: release).status == 204)
    // Another slot than the session's.
    let slot = try cluster.slot(of: "{default:s}") == 0 ? "1" : "0"
    try node.command("CLUSTER", "DELSLOTS", slot)
    try eventually("the cluster is down") {
      try node.facts("CLUSTER", "INFO")["cluster_state"] == "fail"
    }
    try node.command("CONFIG", "RESETSTAT")
    try client.send("POST /v1/sessions/s/lock HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("the node refuses") { try !node.facts("INFO", "errorstats").isEmpty }
    try node.command("CLUSTER", "ADDSLOTS", slot)
    #expect(try client.response().status == 200)
  }

  @Test("A record with a time before 1970 is none to a script either", arguments: [16, 24])
  func beforeTimeBegan(at place: Int) throws {
    let redis = try RedisServer()
    var harness = ClusterStoreHarness(port: redis.port, suffix: "-p")
    #expect(harness.perform(.put("s", version: 1)) == .created(version: 1))
    // Its first byte is more than 127.
    try redis.command("SETRANGE", "sg:{first-p:s}", "\(place)", "é")
    let calls = [
      Call.get("s"), .peek("s"), .lock("s", 7), .renew("s", 7), .unlock("s", 7),
      .put("s", version: 2).when(version: 1), .touch("s").when(version: 1),
      .delete("s").when(version: 1),
    ]
    for call in calls { #expect(harness.perform(call) == .fault(.unreadable), "\(call.verb)") }
  }
}

extension Observation {
  /// The token of the lock that was acquired.
  fileprivate var lock: UInt64? {
    if case .locked(_, let token, _) = self { token } else { nil }
  }
}
