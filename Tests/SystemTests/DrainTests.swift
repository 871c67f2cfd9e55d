// How a gateway leaves: balancers are told first, nobody who comes meanwhile is turned away, and a new
// process on the same port takes over without a request lost.

import Foundation
import Synchronization
import TestLab
import Testing

@Suite struct DrainTests {
  @Test func balancersAreToldFirst() throws {
    let gateway = try GatewayProcess(
      ["--workers", "2", "--drain-grace", "1h", "--drain-timeout", "1h"], until: .ready)
    let kept = try gateway.connect()
    #expect(try kept.exchange("GET", "/readyz").status == 200)
    gateway.process.terminate()
    // All workers have been told when the log tells it.
    try eventually("it drains") { gateway.log.contains("draining") }
    // New connections are served, and end with their first answer.
    for _ in 0..<10 {
      let connection = try gateway.connect()
      let answer = try connection.exchange("PUT", freshPath(), body: [1])
      #expect(answer.status == 201 && answer["Connection"] == "close")
      try connection.expectClosed()
    }
    let page = try gateway.ask("GET", "/readyz")
    try expectProblem(503, "not-ready", executed: "no", in: page)
    #expect(page.text.contains("It is shutting down.") && page["Retry-After"] != nil)
    #expect(try gateway.ask("GET", "/livez").status == 200)
    #expect(try gateway.ask("GET", "/health").text.contains("\"draining\":true"))
    #expect(try gateway.metric("session_gateway_draining ") == 1)
    // So do those that were open.
    let last = try kept.exchange("GET", "/livez")
    #expect(last.status == 200 && last["Connection"] == "close")
    try kept.expectClosed()
    gateway.terminateAgain()
    #expect(try gateway.process.wait() == .exited(0))
    #expect((try? gateway.connect()) == nil)
  }

  @Test func whoConnectsAtTheLastMomentIsServed() throws {
    var answers: [RawHTTP.Response]?
    for _ in 0..<20 where answers == nil { answers = try atTheLastMoment() }
    for answer in try #require(answers) {
      #expect(answer.status == 200 && answer["Connection"] == "close")
    }
  }

  /// What those are told who connect before the doors close and ask after that, and never had an answer
  /// before; nil when that took longer than the two seconds that they have.
  private func atTheLastMoment() throws -> [RawHTTP.Response]? {
    let gateway = try GatewayProcess(["--workers", "1", "--drain-grace", "2s"])
    gateway.process.terminate()
    try eventually("it drains") { gateway.log.contains("draining") }
    guard let fresh = try? (0..<20).map({ _ in try gateway.connect() }) else { return nil }
    var last = ContinuousClock.now
    try eventually("the doors are closed") {
      let before = ContinuousClock.now
      if (try? gateway.connect()) == nil { return true }
      last = before
      return false
    }
    let answers = Result {
      try fresh.map { connection in
        try connection.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        return try connection.response()
      }
    }
    if ContinuousClock.now - last > .seconds(2) { return nil }
    #expect(try gateway.process.wait() == .exited(0))
    return try answers.get()
  }

  @Test func whoReadsItsLastAnswerSlowlyHoldsNobodyUp() throws {
    let gateway = try GatewayProcess(
      ["--workers", "1", "--max-body", "32MiB", "--drain-grace", "1ms", "--drain-timeout", "1h"])
    // More than sockets take: the answer is under way when the doors close, and was made before that.
    let (path, body) = (freshPath(), payload(32 << 20))
    #expect(try gateway.ask("PUT", path, body: body).status == 201)
    let slow = try gateway.connect()
    try slow.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("the answer is made") {
      try gateway.metric("session_gateway_client_buffer_bytes ") > 1 << 20
    }
    gateway.process.terminate()
    try eventually("the doors are closed") { (try? gateway.connect()) == nil }
    let answer = try slow.response()
    #expect(answer.body == body && answer["Connection"] == nil)
    #expect(try gateway.process.wait() == .exited(0))
  }

  @Test func waitersForLocksAreRefused() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--workers", "2", "--drain-grace", "2s"], until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    #expect(try gateway.ask("POST", path + "/lock?lease=60").status == 200)
    let waiters = try (0..<8).map { _ in try gateway.connect() }
    for waiter in waiters {
      try waiter.send(
        "POST \(path)/lock?wait=60 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    }
    try eventually("all wait") { try gateway.metric("session_gateway_lock_waiters ") == 8 }
    gateway.process.terminate()
    for waiter in waiters {
      let answer = try waiter.response()
      try expectProblem(503, "draining", executed: "no", in: answer)
      #expect(answer["Connection"] == "close")
    }
    #expect(try gateway.process.wait() == .exited(0))
  }

  @Test func aSecondSigtermEndsTheGraceToo() throws {
    let gateway = try GatewayProcess(["--drain-grace", "1h", "--drain-timeout", "1h"])
    gateway.process.terminate()
    try eventually("it drains") { gateway.log.contains("draining") }
    #expect(try gateway.ask("GET", "/livez").status == 200)
    gateway.terminateAgain()
    #expect(try gateway.process.wait() == .exited(0))
  }

  /// A new process is started on the port, then the old one is told to end, five times over, while
  /// eight clients ask without a pause, reconnect when they are told that a connection ends, and
  /// compare what they read with what they wrote.
  @Test func aRestartLosesNoRequest() throws {
    let redis = try RedisServer()
    let flags = ["--redis", redis.address, "--workers", "2", "--drain-grace", "1s"]
    var old = try GatewayProcess(flags, until: .ready)
    let port = old.port
    let crowd = try (0..<8).map { try Customer(port: port, number: $0) }
    for _ in 0..<5 {
      let new = try GatewayProcess(flags, port: port, until: .none)
      try new.process.wait(until: "the new one serves") {
        new.log.contains("listening") && new.log.contains("is a single node")
      }
      let before = crowd.reduce(0) { $0 + $1.requests }
      #expect(try old.terminate() == .exited(0))
      old = new
      try eventually("requests go on") { crowd.reduce(0) { $0 + $1.requests } > before + 100 }
    }
    for customer in crowd { customer.leave() }
    try eventually("all have left") { crowd.allSatisfy(\.isGone) }
    for customer in crowd { #expect(customer.fault == nil) }
    #expect(crowd.reduce(0) { $0 + $1.reconnects } >= 8 * 3)
    #expect(try old.terminate() == .exited(0))
  }
}

/// A client on a thread of its own that puts and gets without a pause. Where a busy machine makes a
/// pause that is longer than the grace, an idle connection may have ended meanwhile.
private final class Customer: Sendable {
  private struct Account {
    var requests = 0
    var reconnects = 0
    var fault: String?
    var isLeaving = false
    var isGone = false
  }

  private let account = Mutex(Account())

  init(port: Int, number: Int) throws {
    let thread = Thread { [self] in
      do {
        try shop(port, fresh("restart-\(number)"))
      } catch {
        account.withLock { $0.fault = "\(error)" }
      }
      account.withLock { $0.isGone = true }
    }
    thread.start()
  }

  var requests: Int { account.withLock { $0.requests } }
  var reconnects: Int { account.withLock { $0.reconnects } }
  var fault: String? { account.withLock { $0.fault } }
  var isGone: Bool { account.withLock { $0.isGone } }

  func leave() { account.withLock { $0.isLeaving = true } }

  private func shop(_ port: Int, _ id: String) throws {
    var connection = try RawHTTP(port: port)
    var round = 0
    var heard = ContinuousClock.now
    while !account.withLock({ $0.isLeaving }) {
      let isPut = round % 2 == 0
      let body = Array("round \(round / 2)".utf8)
      let answer: RawHTTP.Response
      do {
        answer = try connection.exchange(
          isPut ? "PUT" : "GET", "/v1/sessions/\(id)", body: isPut ? body : nil)
      } catch {
        guard ContinuousClock.now - heard > .seconds(1) else { throw error }
        heard = .now
        connection = try RawHTTP(port: port)
        continue
      }
      heard = .now
      let isRight =
        isPut
        ? answer.status == (round == 0 ? 201 : 204) : answer.status == 200 && answer.body == body
      guard isRight else { throw LabFault("round \(round): \(answer.status)") }
      round += 1
      account.withLock { $0.requests += 1 }
      if answer["Connection"] == "close" {
        connection = try RawHTTP(port: port)
        account.withLock { $0.reconnects += 1 }
      }
    }
  }
}
