// First come, first served: who stands in line for a lock, and that nobody passes it.

import Foundation
import TestLab
import Testing

extension GatewayProcess {
  /// How many stand in line for a lock.
  func lockWaiters() throws -> Int { try metric("session_gateway_lock_waiters ") }

  /// A session of which somebody holds the lock, for an hour unless told otherwise.
  func heldSession(lease: Int = 3_600) throws -> (path: String, holder: RawHTTP, token: String) {
    let path = "/v1/sessions/\(UInt64.random(in: 0 ... .max))"
    let holder = try connect()
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    let held = try holder.exchange("POST", path + "/lock?lease=\(lease)")
    #expect(held.status == 200)
    return (path, holder, try #require(held["Session-Lock"]))
  }

  /// Sends a request for a lock on a connection of its own, and waits until it stands in line.
  func standInLine(for path: String, place: Int, _ query: String = "wait=60") throws -> RawHTTP {
    // Who left the line before may not have been told of yet.
    try eventually("\(place - 1) stand in line") { try lockWaiters() == place - 1 }
    let connection = try connect()
    try connection.send("POST \(path)/lock?\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("\(place) stand in line") { try lockWaiters() == place }
    return connection
  }
}

@Suite("The line for a lock", .serialized)
struct LineTests {
  private static let lab = Result { () -> (RedisServer, [GatewayProcess]) in
    let redis = try RedisServer()
    let flags = ["--redis", redis.address, "--workers", "2"]
    return (
      redis, [try GatewayProcess(flags, until: .ready), try GatewayProcess(flags, until: .ready)]
    )
  }

  @Test("Ten that wait are served in the order in which they came, across workers")
  func order() throws {
    let gateway = try Self.lab.get().1[0]
    let (path, holder, token) = try gateway.heldSession()
    let waiting = try (1...10).map { try gateway.standInLine(for: path, place: $0) }
    #expect(
      try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token]).status == 204)
    for (place, waiter) in waiting.enumerated() {
      // Nobody but this one can have it: it is the next to be answered, or the test ends here.
      let answer = try waiter.response()
      #expect(answer.status == 200)
      try eventually("the others stand in line") { try gateway.lockWaiters() == 9 - place }
      let fields = ["Session-Lock": try #require(answer["Session-Lock"])]
      #expect(try waiter.exchange("DELETE", path + "/lock", fields: fields).status == 204)
    }
  }

  /// The request comes in the same write as the release: the gateway takes it before the first in
  /// line can have heard of the release.
  @Test("Who comes with the release does not overtake who waits")
  func overtakingAtRelease() throws {
    let gateway = try Self.lab.get().1[0]
    let (path, holder, token) = try gateway.heldSession()
    let waiter = try gateway.standInLine(for: path, place: 1, "wait=60&lease=3600")
    try holder.send(
      "DELETE \(path)/lock HTTP/1.1\r\nHost: a\r\nSession-Lock: \(token)\r\n\r\n"
        + "POST \(path)/lock HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try holder.response().status == 204)
    #expect(try holder.response().status == 423)
    #expect(try waiter.response().status == 200)
  }

  /// The first in line has not heard of the release, and will ask only after a pause.
  @Test("Who comes after a release elsewhere does not overtake who waits")
  func overtakingAfterReleaseElsewhere() throws {
    let (_, gateways) = try Self.lab.get()
    let (path, holder, token) = try gateways[1].heldSession()
    let waiter = try gateways[0].standInLine(for: path, place: 1, "wait=60&lease=3600")
    let newcomer = try gateways[0].connect()
    #expect(
      try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token]).status == 204)
    for _ in 0..<10 {
      let refused = try newcomer.exchange("POST", path + "/lock")
      #expect(refused.status == 423)
      #expect(refused["Retry-After"] != nil && refused["Session-Lock-Age"] != nil)
    }
    #expect(try waiter.response().status == 200)
  }

  @Test("Who holds the lock gets it again although others wait")
  func foundAgain() throws {
    let gateway = try Self.lab.get().1[0]
    let (path, holder, token) = try gateway.heldSession()
    let waiter = try gateway.standInLine(for: path, place: 1)
    let again = try holder.exchange("POST", path + "/lock", fields: ["Session-Lock": token])
    #expect(again.status == 200 && again["Session-Lock"] == token)
    #expect(try holder.exchange("DELETE", path).status == 204)
    #expect(try waiter.response().status == 404)
  }

  /// Whoever may have the lock is asked for at once, even where it would wait.
  @Test("Who holds the lock gets it again without waiting in line", arguments: [true, false])
  func foundAgainAtOnce(byToken: Bool) throws {
    let gateway = try GatewayProcess(["--workers", "2"])
    let (path, holder) = ("/v1/sessions/found-again", try gateway.connect())
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    let request = ["Session-Lock-Request": "request-1"]
    let held = try holder.exchange("POST", path + "/lock?lease=3600", fields: request)
    let token = try #require(held["Session-Lock"])
    let waiters = try (1...2).map { try gateway.standInLine(for: path, place: $0) }
    let waited = "session_gateway_locks_total{event=\"waited\"}"
    try eventually("they wait") { try gateway.metric(waited) == 2 }
    let fields = byToken ? ["Session-Lock": token] : request
    let again = try holder.exchange("POST", path + "/lock?wait=60&lease=3600", fields: fields)
    #expect(again.status == 200 && again["Session-Lock"] == token)
    #expect(try gateway.metric(waited) == 2)
    withExtendedLifetime(waiters) {}
  }

  /// The lock is known to be found again, so that only its holder's own release may end it.
  @Test("Who found its lock again releases it although others have come since")
  func releasedAfterFoundAgain() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let (path, holder) = ("/v1/sessions/found-again", try gateway.connect())
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    let request = ["Session-Lock-Request": "request-1"]
    let held = try holder.exchange("POST", path + "/lock?lease=3600", fields: request)
    let token = try #require(held["Session-Lock"])
    let again = try holder.exchange("POST", path + "/lock?lease=3600", fields: request)
    #expect(again.status == 200 && again["Session-Lock"] == token)
    let waiting = try (1...2).map { try gateway.standInLine(for: path, place: $0) }
    let fields = ["Session-Lock": token]
    #expect(try holder.exchange("DELETE", path + "/lock", fields: fields).status == 204)
    #expect(try waiting[0].response().status == 200)
  }

  @Test("Who has waited long enough is told how things stand then")
  func waitedEnough() throws {
    let gateway = try Self.lab.get().1[0]
    let (path, holder, token) = try gateway.heldSession()
    // A busy machine may let the waits end before anybody has looked at the line.
    let waiters = try [2, 1].map { seconds in
      let waiter = try gateway.connect()
      try waiter.send("POST \(path)/lock?wait=\(seconds) HTTP/1.1\r\nHost: a\r\n\r\n")
      return waiter
    }
    for waiter in waiters {
      let refused = try waiter.response()
      #expect(refused.status == 423)
      #expect(try #require(Int(refused["Session-Lock-Age"] ?? "")) >= 1)
    }
    #expect(
      try holder.exchange("DELETE", path + "/lock", fields: ["Session-Lock": token]).status == 204)
    try eventually("nobody stands in line") { try gateway.lockWaiters() == 0 }
  }
}
