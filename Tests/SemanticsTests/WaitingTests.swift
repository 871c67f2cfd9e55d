// Locks through the built program: waiting for one, and a number that many count up.

import Foundation
import TestLab
import Testing

@Suite("Locks through gateways", .serialized)
struct WaitingTests {
  private static let lab = Result { () -> (RedisServer, [GatewayProcess]) in
    let redis = try RedisServer()
    let flags = ["--redis", redis.address, "--workers", "2"]
    return (
      redis, [try GatewayProcess(flags, until: .ready), try GatewayProcess(flags, until: .ready)]
    )
  }

  private static func path() -> String { "/v1/sessions/\(UInt64.random(in: 0 ... .max))" }

  /// A waiter's answer, once `release` was called on another connection. On this thread alone: a
  /// task that sleeps may be woken after the lease.
  private func waited(
    _ path: String, at gateway: GatewayProcess, after release: () throws -> Void
  ) throws -> RawHTTP.Response {
    let connection = try gateway.connect()
    try connection.send("POST \(path)/lock?wait=60 HTTP/1.1\r\nHost: a\r\n\r\n")
    usleep(200_000)
    try release()
    return try connection.response()
  }

  @Test("A waiter gets the lock when it is released, by whichever gateway", arguments: [0, 1])
  func released(_ other: Int) async throws {
    let (_, gateways) = try Self.lab.get()
    let (path, holder) = (Self.path(), try gateways[other].connect())
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    let token = try #require(try holder.exchange("POST", path + "/lock?lease=600")["Session-Lock"])
    let answer = try waited(path, at: gateways[0]) {
      let released = try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token])
      #expect(released.status == 204)
    }
    #expect(answer.status == 200 && answer.body == [1])
    let late = try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token])
    #expect(late.status == 409)
  }

  @Test("A waiter of a session that is deleted is told so")
  func deleted() async throws {
    let (_, gateways) = try Self.lab.get()
    let (path, holder) = (Self.path(), try gateways[0].connect())
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    #expect(try holder.exchange("POST", path + "/lock?lease=600").status == 200)
    let answer = try waited(path, at: gateways[0]) {
      let removed = try holder.exchange("DELETE", path)
      #expect(removed.status == 204)
    }
    #expect(answer.status == 404)
  }

  @Test("A waiter that is gone holds nobody up")
  func gone() async throws {
    let (_, gateways) = try Self.lab.get()
    let (path, holder) = (Self.path(), try gateways[0].connect())
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    let token = try #require(try holder.exchange("POST", path + "/lock?lease=600")["Session-Lock"])
    let first = try gateways[0].connect()
    try first.send("POST \(path)/lock?wait=60&lease=60 HTTP/1.1\r\nHost: a\r\n\r\n")
    usleep(200_000)
    let answer = try waited(path, at: gateways[0]) {
      first.close()
      _ = try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token])
    }
    #expect(answer.status == 200)
  }

  @Test("Whoever counts under the lock through two gateways loses no count")
  func countedByLock() async throws {
    try await count { connection, path in
      let locked = try connection.exchange("POST", path + "/lock?wait=60&lease=60")
      let token = try #require(locked["Session-Lock"])
      let next = "\(try #require(Int(locked.text)) + 1)"
      let put = try connection.exchange(
        "PUT", path + "?unlock=true", fields: ["Session-Lock": token], body: Array(next.utf8))
      #expect(put.status == 204)
    }
  }

  @Test("Whoever counts by versions through two gateways loses no count")
  func countedByVersion() async throws {
    try await count { connection, path in
      while true {
        let read = try connection.exchange("GET", path)
        let next = "\(try #require(Int(read.text)) + 1)"
        let put = try connection.exchange(
          "PUT", path, fields: ["If-Match": try #require(read["ETag"])], body: Array(next.utf8))
        if put.status == 204 { return }
        #expect(put.status == 412)
      }
    }
  }

  private static let (clients, rounds) = (10, 50)

  /// Lets many clients add 1 to a number as often as agreed, and looks at the sum.
  private func count(
    _ addOne: @escaping @Sendable (RawHTTP, String) throws -> Void
  ) async throws {
    let (_, gateways) = try Self.lab.get()
    let path = Self.path()
    #expect(try gateways[0].connect().exchange("PUT", path, body: Array("0".utf8)).status == 201)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<Self.clients {
        let connection = try gateways[client % 2].connect()
        group.addTask {
          // On a thread of its own: the connection blocks.
          try await withCheckedThrowingContinuation {
            (done: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
              done.resume(
                with: Result { for _ in 0..<Self.rounds { try addOne(connection, path) } })
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let sum = try gateways[1].connect().exchange("GET", path).text
    #expect(sum == "\(Self.clients * Self.rounds)")
  }
}
