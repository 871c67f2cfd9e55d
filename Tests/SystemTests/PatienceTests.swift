// Clients that are too slow, and how long each is waited for. One test, since its time is spent
// waiting: for a head 10 s, for a body 30 s, for a client that does not read its answer 30 s.

import Foundation
import Glibc
import Synchronization
import TestLab
import Testing

@Suite struct PatienceTests {
  /// A body may take longer than the caller gives the store. That its head was read, 100 says.
  @Test(arguments: Backing.allCases)
  func nothingIsWrittenOnceTheDeadlinePassed(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let slow = try gateway.connect()
    try slow.send(
      "PUT \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        + "Session-Deadline: 1\r\nContent-Length: 2\r\n\r\n")
    #expect(try slow.response().status == 100)
    usleep(1_010_000)
    try slow.send("ab")
    try expectProblem(503, "deadline-passed", executed: "no", in: slow.response())
    #expect(try slow.exchange("GET", path).status == 404)
    #expect(try slow.exchange("PUT", path, body: [1]).status == 201)
  }

  /// Nobody named a deadline: it is the gateway's patience that is over, and no fault of the store's.
  @Test func aBodyThatTakesAllTheTimeIsLate() throws {
    let gateway = try GatewayProcess(["--deadline", "1s"])
    let path = freshPath()
    let slow = try gateway.connect()
    try slow.send(
      "PUT \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    #expect(try slow.response().status == 100)
    usleep(1_010_000)
    try slow.send("ab")
    try expectProblem(408, "request-timeout", in: slow.response())
    try slow.expectClosed()
    #expect(try gateway.ask("GET", path).status == 404)
    #expect(try gateway.metric(#"session_gateway_limits_total{limit="body-timeout"}"#) == 1)
    #expect(try gateway.metric(#"session_gateway_limits_total{limit="deadline"}"#) == 0)
  }

  /// One client's requests never end, so that each turn of the loop leaves some to the next.
  @Test func aFloodHoldsUpNoDeadline() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    #expect(try gateway.ask("POST", path + "/lock").status == 200)
    let flood = try gateway.connect()
    let isOver = Mutex(false)
    let get = Array(String(repeating: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", count: 500).utf8)
    let thread = Thread {
      while !isOver.withLock({ $0 }) { try? flood.send(get) }
    }
    let reader = Thread {
      while !isOver.withLock({ $0 }), (try? flood.discard()) == true {}
    }
    thread.start()
    reader.start()
    let waiter = try gateway.connect()
    try waiter.send("POST \(path)/lock?wait=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    let isSilent = try waiter.isSilent(for: .seconds(20))
    isOver.withLock { $0 = true }
    flood.abort()
    #expect(!isSilent)
    #expect(try waiter.response().status == 423)
  }

  @Test func slowClientsAreGivenUp() async throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: payload(1_048_576)).status == 201)

    let drip = try gateway.connect()
    try drip.send("GET /livez HTTP/1.1\r\nHost: a\r\nX-")
    let headOnly = try gateway.connect()
    try headOnly.send("HEAD /livez HT")
    let half = try gateway.connect()
    try half.send("PUT \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    let chunked = try gateway.connect()
    try chunked.send("PUT \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
    let deaf = try gateway.connect()
    let get = "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"
    try deaf.send(String(repeating: get, count: 30))

    // A byte now and then does not buy more time for a head.
    var bytes = 0
    while try await !isDone(drip) {
      if bytes < 100 { try? drip.send("x") }
      bytes += 1
    }
    #expect(bytes < 100)
    let late = try drip.response()
    try expectProblem(408, "request-timeout", in: late)
    #expect(late["Connection"] == "close")
    while try await !isDone(headOnly) {}
    #expect(try headOnly.response(toHEAD: true).status == 408)
    try headOnly.expectClosed()
    for slow in [half, chunked] {
      while try await !isDone(slow) {}
      try expectProblem(408, "request-timeout", in: slow.response())
      try slow.expectClosed()
    }
    // Whoever does not read is cut off; what was in the sockets by then can still be read.
    while try gateway.metric("session_gateway_connections ") > 1 {
      try await Task.sleep(for: .milliseconds(200))
    }
    #expect(throws: LabFault.self) { for _ in 0..<30 { _ = try deaf.response() } }
    for (bound, least) in [("head-timeout", 2), ("body-timeout", 2), ("write-timeout", 1)] {
      let name = "session_gateway_limits_total{limit=\"\(bound)\"}"
      #expect(try gateway.metric(name) >= least, "\(bound)")
    }
    // Nobody's time counted as the gateway's own, and everybody else was served meanwhile.
    #expect(try gateway.ask("GET", "/livez").status == 200)
  }

  /// More clients than one wait tells of, and a process that was halted for longer than a head may take.
  @Test func whatCameInTimeIsNotCalledLate() async throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let clients = try (0..<100).map { _ in try gateway.connect() }
    for client in clients { try client.send("GET /livez HTTP/1.1\r\nHost: a\r\n") }
    // The kernel takes turns: who is answered now comes after the heads' beginnings.
    #expect(try gateway.ask("GET", "/livez").status == 200)
    gateway.process.pause()
    for client in clients { try client.send("\r\n") }
    try await Task.sleep(for: .seconds(11))
    gateway.process.resume()
    for client in clients { #expect(try client.response().status == 200) }
  }

  /// Whether something has come; waits a little without holding a thread if not.
  private func isDone(_ connection: RawHTTP) async throws -> Bool {
    if try !connection.isSilent(for: .milliseconds(1)) { return true }
    try await Task.sleep(for: .milliseconds(500))
    return false
  }
}
