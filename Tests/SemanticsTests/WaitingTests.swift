// Waiting for a lock, through the built program.

import TestLab
import Testing

@Suite("Waiting for a lock", .serialized)
struct WaitingTests {
  private static let lab = Result { () -> (RedisServer, [GatewayProcess]) in
    let redis = try RedisServer()
    let flags = ["--redis", redis.address, "--workers", "2"]
    return (
      redis, [try GatewayProcess(flags, until: .ready), try GatewayProcess(flags, until: .ready)]
    )
  }

  @Test("A waiter gets the lock when it is released, by whichever gateway", arguments: [0, 1])
  func released(_ other: Int) throws {
    let (_, gateways) = try Self.lab.get()
    let (path, holder, token) = try gateways[other].heldSession(lease: 600)
    let waiter = try gateways[0].standInLine(for: path, place: 1)
    let released = try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token])
    #expect(released.status == 204)
    let answer = try waiter.response()
    #expect(answer.status == 200 && answer.body == [1])
    let late = try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token])
    #expect(late.status == 409)
  }

  /// The first in line asks again and again, and a session may be large.
  @Test("Waiting reads no session")
  func costsNoReading() throws {
    let (redis, gateways) = try Self.lab.get()
    func calls(_ command: String) throws -> Int {
      let line = try redis.facts("INFO", "commandstats")["cmdstat_\(command)"]
      return Int(line?.split(separator: ",")[0].split(separator: "=")[1] ?? "0") ?? 0
    }
    let (path, holder, token) = try gateways[0].heldSession(lease: 600)
    let waiter = try gateways[1].standInLine(for: path, place: 1)
    let asked = try calls("evalsha")
    try eventually("it has asked again") { try calls("evalsha") > asked + 2 }
    let read = try calls("get")
    try eventually("it asks on") { try calls("evalsha") > asked + 6 }
    #expect(try calls("get") == read)
    let released = try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token])
    #expect(released.status == 204)
    let answer = try waiter.response()
    #expect(answer.status == 200 && answer.body == [1])
  }

  @Test("Who has a deadline of its own hears in time that the lock is held")
  func ownDeadline() throws {
    let (_, gateways) = try Self.lab.get()
    let path = try gateways[0].heldSession(lease: 600).path
    let waiter = try gateways[1].connect()
    // The last attempt has 200 ms, which a busy machine may let pass.
    try eventually("it is told that the lock is held") {
      let answer = try waiter.exchange(
        "POST", path + "/lock?wait=60", fields: ["Session-Deadline": "2"])
      return answer.status == 423 && answer["Session-Lock-Age"] != nil
    }
  }

  @Test("A waiter of a session that is deleted is told so")
  func deleted() throws {
    let (_, gateways) = try Self.lab.get()
    let (path, holder, _) = try gateways[0].heldSession(lease: 600)
    let waiter = try gateways[0].standInLine(for: path, place: 1)
    #expect(try holder.exchange("DELETE", path).status == 204)
    #expect(try waiter.response().status == 404)
  }
}
