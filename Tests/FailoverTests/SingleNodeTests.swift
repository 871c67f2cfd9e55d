// One Redis without a cluster, the non-production deployment: the same care.

import Glibc
import TestLab
import Testing

@Suite("Faults of a single Redis under load are pauses", .serialized)
struct SingleNodeTests {
  private func settings() -> RedisServer.Settings {
    var settings = RedisServer.Settings()
    settings.password = "the lab's password"
    return settings
  }

  private func run(
    _ fault: String, _ port: Int, allowing allowance: Allowance = .nothing,
    _ deed: (Checker, GatewayProcess) throws -> String
  ) throws {
    let folder = try TemporaryFolder()
    let password = try folder.write("password", "the lab's password")
    let flags = [
      "--redis", "127.0.0.1:\(port)", "--redis-password-file", password, "--workers", "2",
    ]
    let seen = try Lab.watch(flags) { Measured(remark: try deed($0, $1)) }
    seen.judge("single node: \(fault)", allowing: allowance)
  }

  @Test("It hangs and goes on")
  func hang() throws {
    let redis = try RedisServer(settings())
    let seconds: UInt32 = Lab.isLong ? 8 : 2
    try run("hangs for \(seconds) s", redis.port) { checker, _ in
      redis.pause()
      sleep(seconds)
      redis.resume()
      return ""
    }
  }

  @Test("It is saved, restarted, and reads its data for a while (LOADING)")
  func restart() throws {
    let redis = try RedisServer(settings())
    for number in 0..<2_000 { try redis.command("SET", "filler-\(number)", "x") }
    // Writes between the snapshot and the end are lost with the process.
    try run("restart with LOADING", redis.port, allowing: [.losses, .failures]) { _, gateway in
      try redis.command("SAVE")
      let delay = Lab.isLong ? 2_000 : 500
      try redis.begin(
        with: ["key-load-delay \(delay)", "loading-process-events-interval-bytes 1024"])
      try eventually("it reads its data") {
        try gateway.connect().exchange("GET", "/health").text.contains("loading")
          || (try? redis.command("PING")) == .status("PONG")
      }
      try redis.waitUntilAnswering()
      return "\(2_000 * delay / 1_000_000) s of it LOADING; writes since the snapshot are lost"
    }
  }

  /// How far a node has come in what is replicated.
  private func offset(_ name: String, of node: RedisServer) throws -> Int {
    try #require(Int(node.facts("INFO", "replication")[name] ?? ""))
  }

  @Test("Behind its address another one takes over, and the old one is READONLY")
  func replicaOfFlip() throws {
    let first = try RedisServer(settings())
    var follower = settings()
    follower.lines = ["replicaof 127.0.0.1 \(first.port)", "masterauth \"the lab's password\""]
    let second = try RedisServer(follower)
    try first.command("CONFIG", "SET", "masterauth", "the lab's password")
    let address = try Forwarder(to: first.port)
    try eventually("the second follows") {
      try second.facts("INFO", "replication")["master_link_status"] == "up"
    }
    try run("REPLICAOF flip behind one address (READONLY)", address.port) { checker, _ in
      // As an operator does it without losing a write: stop writes, wait for the replica, flip.
      try first.command("CLIENT", "PAUSE", "60000", "WRITE")
      let written = try offset("master_repl_offset", of: first)
      // It may have more by then: a primary pings its replicas.
      try eventually("the second has it all") {
        try offset("slave_repl_offset", of: second) >= written
      }
      try second.command("REPLICAOF", "NO", "ONE")
      address.turn(to: second.port)
      try first.command("REPLICAOF", "127.0.0.1", "\(second.port)")
      try first.command("CLIENT", "UNPAUSE")
      try checker.wait(forMore: 60)
      return ""
    }
  }
}
