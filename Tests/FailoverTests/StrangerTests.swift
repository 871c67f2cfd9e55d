// Another Redis at the address of a node that is gone, as when machines are replaced and addresses
// given away again.

import Glibc
import TestLab
import Testing

@Suite("Another Redis at a node's address", .serialized)
struct StrangerTests {
  @Test("It gets no session: what is for that node's slots waits, and the rest is served")
  func getsNothing() throws {
    var settings = RedisCluster.Settings()
    settings.replicas = 0
    settings.tls = false
    settings.password = nil
    settings.lines = ["cluster-require-full-coverage no"]
    let cluster = try RedisCluster(settings)
    let gateway = try GatewayProcess(cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    try cluster.node(0).kill9()
    let stranger = try RedisServer(port: cluster.node(0).port)
    let reason = "it is not a cluster node, and others are"
    try eventually("both workers have met it") {
      gateway.log.split(separator: "\n").count { $0.contains(reason) } >= 2
    }
    var statuses: [Int: Int] = [:]
    for number in 0..<24 {
      let answer = try gateway.connect().exchange(
        "PUT", "/v1/sessions/stranger-\(number)", fields: ["Session-Deadline": "1"], body: [1])
      statuses[answer.status, default: 0] += 1
    }
    #expect(Set(statuses.keys) == [201, 503], "\(statuses)")
    #expect(try stranger.command("DBSIZE") == .integer(0))
    #expect(try gateway.connect().exchange("GET", "/readyz").status == 503)
    let health = try gateway.connect().exchange("GET", "/health").text
    #expect(health.contains("\"code\":\"topology\"") && health.contains(reason))
  }
}
