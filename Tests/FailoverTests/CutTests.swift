// The network is cut for real: the kernel drops each packet between the gateway and a node, while the
// nodes' own bus works, so that nobody is elected and callers can only wait. Unlike a node that hangs,
// nobody accepts a connection, nobody acknowledges a byte, and what the kernel has not delivered is sent
// again behind the gateway's back when the network is there again: a write that was given up must not
// come to pass late.

import Glibc
import TestLab
import Testing

@Suite(
  "A network that drops every packet", .serialized,
  .enabled(if: PrivateNetwork.isPossible, "it takes root, ip and iptables"))
struct CutTests {
  @Test("For less than the deadline: requests wait, other shards' callers notice nothing")
  func onePrimary() throws {
    let seconds: UInt32 = Lab.isLong ? 3 : 0
    let seen = try PrivateNetwork.inside { network in
      let lab = try Lab()
      let victim = try lab.owners()[1]
      return try lab.watch { checker, gateway in
        try network.cut(port: victim.port)
        try lab.notice(of: victim, by: gateway)
        // Nobody serves the shard that is cut off, until the network is there again.
        try checker.wait(forMore: 100, apart: 1)
        sleep(seconds)
        try network.heal()
        return Measured(shards: [1])
      }
    }
    seen.judge("packets to primary 2 dropped for \(seconds + 1) s")
  }

  /// The way back is open, so that nothing but the gateway's own bytes is outstanding: its kernel goes
  /// on sending those of a connection that was given up, and would bring them to the node after what
  /// the next connection brought.
  @Test("One way only: what a connection held that was given up does not come to pass late")
  func oneWay() throws {
    let (answers, bodies) = try PrivateNetwork.inside { network in
      let lab = try Lab()
      let gateway = try GatewayProcess(
        lab.cluster.gatewayFlags() + ["--workers", "1"] + Checker.flags, until: .ready)
      let clients = try (0..<60).map { _ in try gateway.connect() }
      func put(_ version: String) throws {
        for (number, client) in clients.enumerated() {
          let head = "PUT /v1/sessions/cut-\(number) HTTP/1.1\r\nHost: x\r\n"
          try client.send(head + "Content-Length: 1\r\n\r\n\(version)")
        }
      }
      func answers() throws -> [Int] { try clients.map { try $0.response().status } }

      try put("1")
      var seen = try answers()
      for node in lab.cluster.nodes { try network.cut(wayTo: node.port) }
      try put("2")
      try eventually("connections are given up, with bytes on the way") {
        try gateway.log.contains("\"silent\"") && network.undelivered() > 0
      }
      try network.heal()
      seen += try answers()
      try put("3")
      seen += try answers()
      try eventually("the kernel has delivered what it held, or was refused") {
        try network.undelivered() == 0
      }
      let bodies = try clients.indices.map {
        try clients[$0].exchange("GET", "/v1/sessions/cut-\($0)").text
      }
      return (seen, bodies)
    }
    #expect(answers == Array(repeating: 201, count: 60) + Array(repeating: 204, count: 120))
    #expect(bodies == Array(repeating: "3", count: 60))
  }

  @Test("For longer than the deadline", .enabled(if: Lab.isLong))
  func longCut() throws {
    let seen = try PrivateNetwork.inside { network in
      let lab = try Lab()
      var log = ""
      let callers = try lab.watch { checker, gateway in
        for node in lab.cluster.nodes { try network.cut(port: node.port) }
        sleep(20)
        log = gateway.log
        try network.heal()
        return Measured()
      }
      return (callers: callers, log: log)
    }
    seen.callers.judge("packets to and from all nodes dropped for 20 s", allowing: .failures)
    // One line for each worker and node, replicas included, however often it is tried.
    let told = seen.log.split(separator: "\n").count { $0.contains("\"connect-timeout\"") }
    #expect((1...12).contains(told), "\(seen.log)")
  }

  @Test("A single node behind it")
  func singleNode() throws {
    let seconds: UInt32 = Lab.isLong ? 4 : 2
    let seen = try PrivateNetwork.inside { network in
      let redis = try RedisServer()
      return try Lab.watch(["--redis", redis.address, "--workers", "2"]) { _, _ in
        try network.cut(port: redis.port)
        sleep(seconds)
        try network.heal()
        return Measured()
      }
    }
    seen.judge("single node: packets dropped for \(seconds) s")
  }
}
