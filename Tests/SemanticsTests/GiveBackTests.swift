// No lock is left to a client that is gone, and no place in the line.

import Foundation
import TestLab
import Testing

@Suite("Clients that are gone give their locks back", .serialized)
struct GiveBackTests {
  /// How a client goes.
  enum Exit: String, CaseIterable {
    /// It closes its connection (FIN).
    case close
    /// Its machine drops the connection (RST).
    case abort

    func callAsFunction(_ connection: RawHTTP) {
      switch self {
      case .close: connection.close()
      case .abort: connection.abort()
      }
    }
  }

  /// A session of so many bytes at a gateway.
  private func session(_ size: Int, at gateway: GatewayProcess) throws -> String {
    let path = "/v1/sessions/\(UInt64.random(in: 0 ... .max))"
    let body = [UInt8](repeating: 1, count: size)
    #expect(try gateway.connect().exchange("PUT", path, body: body).status == 201)
    return path
  }

  /// Makes Redis know the scripts: one that it does not know is refused, and what a client that is
  /// gone meanwhile asked for is never carried out.
  private func loadScripts(at gateway: GatewayProcess) throws {
    _ = try gateway.heldSession()
  }

  @Test("A client that is gone while it waits leaves the line", arguments: Exit.allCases)
  func gone(_ exit: Exit) throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address], until: .ready)
    let path = try session(1, at: gateway)
    let holder = try gateway.connect()
    let token = try holder.exchange("POST", path + "/lock?lease=3600")["Session-Lock"]
    let first = try gateway.standInLine(for: path, place: 1, "wait=60&lease=3600")
    let second = try gateway.standInLine(for: path, place: 2, "wait=60&lease=3600")
    exit(first)
    try eventually("the line is one shorter") { try gateway.lockWaiters() == 1 }
    let fields = ["Session-Lock": try #require(token)]
    #expect(try holder.exchange("DELETE", path + "/lock", fields: fields).status == 204)
    #expect(try second.response().status == 200)
  }

  @Test(
    "A client that is gone before its lock was acquired does not keep it", arguments: Exit.allCases)
  func goneWhileAsked(_ exit: Exit) throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address], until: .ready)
    let path = try session(1, at: gateway)
    try loadScripts(at: gateway)
    redis.pause()
    let lost = try gateway.standInLine(for: path, place: 1, "lease=3600")
    exit(lost)
    try eventually("the gateway has noticed") { try gateway.lockWaiters() == 0 }
    redis.resume()
    // What the lost client asked for was carried out, and then taken back: both stand in one pipe.
    #expect(try gateway.connect().exchange("POST", path + "/lock?wait=60").status == 200)
  }

  @Test("A client that is gone while its answer leaves does not keep the lock")
  func goneWhileAnswered() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--max-body", "16MiB", "--workers", "1"], until: .ready)
    let (path, lost) = try answerUnderWay(at: gateway)
    lost.abort()
    #expect(try gateway.connect().exchange("POST", path + "/lock?wait=60").status == 200)
  }

  @Test("A client that has read its answer to the end keeps its lock, however slowly it read")
  func readToTheEnd() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--max-body", "16MiB", "--workers", "1"], until: .ready)
    let (path, slow) = try answerUnderWay(at: gateway)
    let answer = try slow.response()
    #expect(answer.status == 200 && answer.body.count == 15 << 20)
    slow.close()
    try eventually("the gateway has noticed") {
      // The one that asks.
      try gateway.metric("session_gateway_connections ") == 1
    }
    let fields = ["Session-Lock": try #require(answer["Session-Lock"])]
    let put = try gateway.connect().exchange("PUT", path, fields: fields, body: [2])
    #expect(put.status == 204)
  }

  /// A session, and a client that was granted its lock while the answer cannot leave: it is more
  /// than the kernel's buffers hold.
  private func answerUnderWay(at gateway: GatewayProcess) throws -> (path: String, RawHTTP) {
    let path = try session(15 << 20, at: gateway)
    let client = try gateway.connect()
    try client.send("POST \(path)/lock?lease=3600 HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("the lock is granted, and its answer is under way") {
      try gateway.metric("session_gateway_locks_total{event=\"acquired\"}") == 1
        && gateway.metric("session_gateway_client_buffer_bytes ") > 1 << 20
    }
    return (path, client)
  }

  @Test("A client that was told that nobody knows whether it has the lock does not keep it")
  func unknown() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--deadline", "60s"], until: .ready)
    let path = try session(1, at: gateway)
    try loadScripts(at: gateway)
    redis.pause()
    let late = try gateway.connect().exchange(
      "POST", path + "/lock?lease=3600", fields: ["Session-Deadline": "1"])
    #expect(late.status == 504)
    redis.resume()
    #expect(try gateway.connect().exchange("POST", path + "/lock?wait=60").status == 200)
  }

  /// The one who is gone comes back before the gateway gave its lock back, or after: it has a lock
  /// either way, and keeps it.
  @Test("A client that comes back with its request's id keeps its lock", arguments: 0..<20)
  func back(_ round: Int) throws {
    let gateway = try Self.embedded.get()
    let path = try session(1, at: gateway)
    let fields = ["Session-Lock-Request": "request-\(round)"]
    let lost = try gateway.connect()
    try lost.send(
      "POST \(path)/lock?lease=3600 HTTP/1.1\r\nHost: a\r\n"
        + "Session-Lock-Request: request-\(round)\r\n\r\n")
    if round % 2 == 0 { lost.close() } else { lost.abort() }
    let back = try gateway.connect()
    let answer = try back.exchange("POST", path + "/lock?wait=60&lease=3600", fields: fields)
    #expect(answer.status == 200)
    let token = try #require(answer["Session-Lock"])
    try eventually("the gateway has noticed") { try gateway.lockWaiters() == 0 }
    let held = ["Session-Lock": token]
    #expect(try back.exchange("PUT", path, fields: held, body: [2]).status == 204)
    #expect(try back.exchange("DELETE", path + "/lock", fields: held).status == 204)
  }

  private static let embedded = Result { try GatewayProcess(["--workers", "2"]) }
}
