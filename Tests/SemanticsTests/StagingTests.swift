// A staged write leaves nothing behind, whatever comes between its two commands, and works while its
// slot is on its way.

import Foundation
import Primitives
import Sessions
import StoreContract
import TestLab
import Testing

@testable import ClusterStore

@Suite("Staged writes", .serialized)
struct StagingTests {
  private static let long = [UInt8](repeating: 1, count: 20_480)

  /// The keys of a node that are no session's own.
  private static func staged(at node: RedisServer) throws -> [String] {
    try node.command("KEYS", "*}:*").elements.map(\.text)
  }

  /// Waits until what was staged and not renamed has ended.
  private static func expectNothingStaged(at nodes: [RedisServer]) throws {
    try eventually("nothing staged is left") {
      try nodes.allSatisfy { try Self.staged(at: $0).isEmpty }
    }
  }

  @Test("A connection lost between the two commands leaves a record that ends by itself")
  func halfSent() throws {
    let redis = try RedisServer()
    let (command, request) = Call.put("s", version: 5).carrying(Self.long).when(version: 4)
      .prepared()
    var commands = ByteBuffer()
    let space = KeySpace(ContractNamespaces.list(suffix: "-h")[ContractNamespaces.first])
    let begun = Beginning(
      instant: Instant(nanoseconds: 1), wall: UnixTime(milliseconds: 1), origin: 1)
    let lengths = unsafe RecordStaging.encode(
      command, request: request.span.bytes, space, begun: begun, into: &commands)
    try #require(lengths.count == 2)
    let bytes = commands.bytes
    var walk = ArgumentWalk(bytes, from: 0)
    let words = (0..<5).map { _ in
      let range = walk.next(in: bytes)
      return unsafe bytes.extracting(range).withUnsafeBytes { unsafe Array($0) }
    }
    #expect(try redis.answer(to: words) == .status("OK"))
    // -2 where a busy machine let it end by then; -1 would be for ever.
    let left = try redis.command("PTTL", String(decoding: words[1], as: UTF8.self))
    guard left == .integer(-2) || (1...5_000).contains(Int(left.text) ?? 0) else {
      throw LabFault("it lives for \(left)")
    }
    try Self.expectNothingStaged(at: [redis])
  }

  @Test("A gateway that is killed with writes under way leaves nothing")
  func killedGateway() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address], until: .ready)
    #expect(try gateway.connect().exchange("PUT", "/v1/sessions/s", body: [1]).status == 201)
    redis.pause()
    // More than the kernel's buffers hold: the last command that leaves is cut off somewhere.
    let writers = try (0..<400).map { _ in try gateway.connect() }
    for writer in writers {
      try writer.send(
        Array(
          "PUT /v1/sessions/s HTTP/1.1\r\nHost: a\r\nIf-Match: \"0123456789abcdef\", \"x\"\r\n".utf8
        )
          + Array("Content-Length: \(Self.long.count)\r\n\r\n".utf8) + Self.long)
    }
    gateway.process.kill9()
    try gateway.process.wait()
    redis.resume()
    try eventually("all that was sent has been read") {
      try !redis.command("CLIENT", "LIST").text.contains("name=session-gateway")
    }
    try Self.expectNothingStaged(at: [redis])
    #expect(try redis.command("KEYS", "*").elements.map(\.text) == ["sg:{default:s}"])
  }

  @Test("A node whose memory is used up between the two commands keeps neither")
  func outOfMemory() throws {
    let redis = try RedisServer()
    var harness = ClusterStoreHarness(port: redis.port, suffix: "-o")
    let one = Call.put("s", version: 1)
    #expect(harness.perform(one) == .created(version: 1))
    let call = Call.put("s", version: 2).carrying([UInt8](repeating: 1, count: 1 << 20))
    #expect(harness.perform(call.when(version: 7)) == .conditionFailed(present: 1))
    let used = try #require(try Int(redis.facts("INFO", "memory")["used_memory"] ?? ""))
    try redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    // The record fits before it is set, and nothing does afterwards.
    try redis.command("CONFIG", "SET", "maxmemory", "\(used + (600 << 10))")
    #expect(harness.perform(call.when(version: 1)) == .fault(.storeFull))
    #expect(try Self.staged(at: redis) == [])
    guard case .found(let session) = harness.perform(.peek("s")) else {
      throw LabFault("the session is gone")
    }
    #expect(session.version == 1)
  }

  @Test("Writes under a lock go on while their slot moves, and leave nothing")
  func moving() throws {
    let cluster = try RedisCluster()
    let gateway = try GatewayProcess(
      cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    let id = "\(UInt64.random(in: 0 ... .max))"
    let path = "/v1/sessions/\(id)"
    #expect(try gateway.connect().exchange("PUT", path, body: Self.long).status == 201)
    let moves = TroubleMaker(.migration, cluster, [id])
    // A busy machine may let nobody ask while the slot is on its way.
    try eventually("somebody was sent to the slot's next node") {
      let crowd = Self.writers(at: gateway, path)
      while crowd.isAtWork || moves.count == 0 {
        try moves.act()
        usleep(20_000)
      }
      #expect(crowd.faults.isEmpty)
      return try gateway.metric("session_gateway_redis_redirects_total{kind=\"ask\"}") > 0
    }
    try moves.settle()
    try Self.expectNothingStaged(at: cluster.primaries())
  }

  /// Four clients that take turns by a lock, each of which writes a session a hundred times and reads it.
  private static func writers(at gateway: GatewayProcess, _ path: String) -> Crowd {
    let crowd = Crowd()
    for client in 0..<4 {
      crowd.start {
        let connection = try gateway.connect()
        for round in 0..<100 {
          let locked = try connection.exchange("POST", path + "/lock?wait=60")
          guard locked.status == 200, let token = locked["Session-Lock"] else {
            throw LabFault("\(locked.status) to a lock")
          }
          var body = long
          (body[0], body[1]) = (UInt8(client), UInt8(round))
          let put = try connection.exchange(
            "PUT", path, fields: ["Session-Lock": token], body: body)
          let read = try connection.exchange("GET", path)
          guard put.status == 204, read.body == body else {
            throw LabFault("\(put.status) to a write, and it is read: \(read.body == body)")
          }
          let freed = try connection.exchange(
            "DELETE", path + "/lock", fields: ["Session-Lock": token])
          guard freed.status == 204 else { throw LabFault("\(freed.status) to a release") }
        }
      }
    }
    return crowd
  }
}
