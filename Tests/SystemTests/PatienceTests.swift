// Clients that are too slow, and how long each is waited for. One test, since its time is spent
// waiting: for a head 10 s, for a body 10 s, for a client that does not read its answer 30 s.

import Foundation
import Glibc
import Synchronization
import TestLab
import Testing

@Suite struct PatienceTests {
  /// Two bodies that are not whole when their time is over: of a caller that says how long it waits, and of
  /// one that does not, where it is the gateway's patience that is over. Neither is a fault of the store's.
  private struct Late {
    let gateway: GatewayProcess
    let impatient, patient: RawHTTP
    let paths = [freshPath(), freshPath()]

    /// Sends both but for the last byte. That the heads were read, 100 says.
    init() throws {
      gateway = try GatewayProcess(["--workers", "1", "--deadline", "6s"])
      (impatient, patient) = (try gateway.connect(), try gateway.connect())
      func start(_ path: String) -> String {
        "PUT \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      }
      try impatient.send(start(paths[0]) + "Session-Deadline: 5\r\nContent-Length: 2\r\n\r\na")
      try patient.send(start(paths[1]) + "Transfer-Encoding: chunked\r\n\r\n2\r\na")
      for client in [impatient, patient] { #expect(try client.response().status == 100) }
    }

    /// - Parameter isWhole: whether the impatient one's connection goes on.
    func isToldSo(isWhole: Bool) throws {
      let told = try impatient.response()
      try expectProblem(503, "deadline-passed", executed: "no", in: told)
      #expect(told["Connection"] == (isWhole ? nil : "close"))
      try expectProblem(408, "request-timeout", in: patient.response())
      try patient.expectClosed()
      for path in paths { #expect(try gateway.ask("GET", path).status == 404) }
      #expect(try gateway.metric(#"session_gateway_limits_total{limit="body-timeout"}"#) == 2)
      #expect(try gateway.metric(#"session_gateway_limits_total{limit="deadline"}"#) == 0)
    }
  }

  @Test func aBodyThatStopsIsWaitedForUntilTheDeadline() throws {
    let late = try Late()
    try late.isToldSo(isWhole: false)
    try late.impatient.expectClosed()
  }

  /// The process was halted, and finds them whole in the same moment in which their time is over.
  @Test func nothingIsWrittenOnceTheDeadlinePassed() throws {
    // Before the deadline passes, which a busy machine may let happen.
    let late = try promptly(within: .seconds(4)) {
      let late = try Late()
      late.gateway.process.pause()
      return late
    }
    try late.impatient.send("b")
    try late.patient.send("b\r\n0\r\n\r\n")
    usleep(6_010_000)
    late.gateway.process.resume()
    try late.isToldSo(isWhole: true)
    // Nothing of this one is missing, so that its connection goes on.
    #expect(try late.impatient.exchange("PUT", late.paths[0], body: [1]).status == 201)
  }

  /// One client's requests never end, so that each turn of the loop leaves some to the next.
  @Test func aFloodHoldsUpNoDeadline() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    #expect(try gateway.ask("POST", path + "/lock?lease=3600").status == 200)
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
    let isSilent = try waiter.isSilent(for: .seconds(60))
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
    // Halted before any of them is late, which takes ten seconds.
    let clients = try promptly(within: .seconds(8)) {
      gateway.process.resume()
      let clients = try (0..<100).map { _ in try gateway.connect() }
      for client in clients { try client.send("GET /livez HTTP/1.1\r\nHost: a\r\n") }
      // The kernel takes turns: who is answered now comes after the heads' beginnings.
      #expect(try gateway.ask("GET", "/livez").status == 200)
      gateway.process.pause()
      return clients
    }
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
