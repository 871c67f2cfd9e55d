// What HTTP/1.1 says of connections, byte for byte (RFC 9112): who may close when, in which pieces a
// message may come, and that each answer belongs to its request.

import Glibc
import TestLab
import Testing

@Suite struct ConnectionTests {
  private func put(_ path: String, _ body: String) -> String {
    "PUT \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

  @Test func aConnectionServesManyRequests() throws {
    let connection = try Gateways.before(.memory).connect()
    let path = freshPath()
    for round in 0..<100 {
      let made = try connection.exchange("PUT", path, body: Array("round \(round)".utf8))
      #expect(made.status == (round == 0 ? 201 : 204) && made["Connection"] == nil)
      #expect(try connection.exchange("GET", path).text == "round \(round)")
    }
  }

  @Test(arguments: Backing.allCases) func fiftyRequestsInOneWrite(_ backing: Backing) throws {
    let connection = try Gateways.before(backing).connect()
    let paths = (0..<25).map { _ in freshPath() }
    var bytes = ""
    for (place, path) in paths.enumerated() { bytes += put(path, "payload \(place)") }
    for path in paths { bytes += get(path) }
    try connection.send(bytes)
    for path in paths {
      let made = try connection.response()
      #expect(made.status == 201 && made["Location"] == path)
    }
    for place in paths.indices {
      #expect(try connection.response().text == "payload \(place)")
    }
  }

  @Test(arguments: Backing.allCases) func pipelinesOfLargeAnswers(_ backing: Backing) throws {
    let connection = try Gateways.before(backing).connect()
    let path = freshPath()
    let body = payload(1_048_576)
    #expect(try connection.exchange("PUT", path, body: body).status == 201)
    // More than the sockets hold: the gateway has to wait, and to go on where it was.
    try connection.send(String(repeating: get(path), count: 20) + get("/livez"))
    for _ in 0..<20 { #expect(try connection.response().body == body) }
    #expect(try connection.response().text == "ok\n")
  }

  /// One who pipelines hundreds of requests gives way to others: the loop turns again and again.
  @Test func pipelinesTakeTurns() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let connection = try gateway.connect()
    let turns = "session_gateway_tick_duration_seconds_count "
    let before = try gateway.metric(turns)
    try connection.send(String(repeating: get("/livez"), count: 640))
    for _ in 0..<640 { #expect(try connection.response().text == "ok\n") }
    #expect(try gateway.metric(turns) - before >= 20)
  }

  @Test(arguments: Backing.allCases) func byteByByte(_ backing: Backing) throws {
    let connection = try Gateways.before(backing).connect()
    let path = freshPath()
    for byte in (put(path, "drip") + get(path)).utf8 { try connection.send([byte]) }
    #expect(try connection.response().status == 201)
    #expect(try connection.response().text == "drip")
  }

  @Test(arguments: Backing.allCases) func chunks(_ backing: Backing) throws {
    let connection = try Gateways.before(backing).connect()
    let path = freshPath()
    let head = "PUT \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let body = "5;name=\"value\"\r\nhello\r\n1\r\n,\r\n000A\r\n the world\r\n0\r\n"
    // In one piece, in two, and byte by byte; with trailers and without; another request behind.
    for (place, trailers) in ["", "X-Sum: 1\r\nX-More: 2\r\n", ""].enumerated() {
      let message = Array((head + body + trailers + "\r\n" + get(path)).utf8)
      switch place {
      case 0: try connection.send(message)
      case 1:
        try connection.send(Array(message.prefix(100)))
        try connection.send(Array(message.dropFirst(100)))
      default: for byte in message { try connection.send([byte]) }
      }
      #expect(try connection.response().status == (place == 0 ? 201 : 204))
      #expect(try connection.response().text == "hello, the world")
    }
    try connection.send(head + "0\r\n\r\n" + get(path))
    #expect(try connection.response().status == 204)
    #expect(try connection.response().body.isEmpty)
  }

  @Test func chunksBeyondANamespacesBoundAreRefusedBeforeTheyCome() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write("c.yaml", "namespaces: {default: {max-body: 64}}\n")
    let gateway = try GatewayProcess(["--config", config, "--workers", "1"])
    let head = "PUT \(freshPath()) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let connection = try gateway.connect()
    try connection.send(head + "41\r\n")
    try expectProblem(413, "body-too-large", in: connection.response())
    try connection.expectClosed()
    let other = try gateway.connect()
    try other.send(head + "40\r\n\(String(repeating: "x", count: 64))\r\n0\r\n\r\n")
    #expect(try other.response().status == 201)
  }

  @Test func chunksBeyondTheBoundAreRefused() throws {
    let gateway = try Gateways.before(.memory)
    let head = "PUT \(freshPath()) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    for chunks in ["100001\r\n", "100000\r\n\(String(repeating: "x", count: 1_048_576))\r\n1\r\n"] {
      let connection = try gateway.connect()
      try connection.send(head + chunks)
      try expectProblem(413, "body-too-large", in: connection.response())
      try connection.expectClosed()
    }
  }

  @Test func continueIsSaidBeforeABodyIsRead() throws {
    let connection = try Gateways.before(.memory).connect()
    let path = freshPath()
    let head = "PUT \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
    for length in ["Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"] {
      try connection.send(head + length)
      let interim = try connection.response()
      #expect(interim.status == 100 && interim.fields.isEmpty)
      try connection.send(length.hasPrefix("C") ? "hello" : "5\r\nhello\r\n0\r\n\r\n")
      #expect(try connection.response().status / 100 == 2)
      #expect(try connection.exchange("GET", path).text == "hello")
    }
    // A body that is there already needs no leave.
    try connection.send(head + "Content-Length: 5\r\n\r\nworld" + get(path))
    #expect(try connection.response().status == 204)
    #expect(try connection.response().text == "world")
  }

  @Test(arguments: [
    ("Content-Length: 1048577", 413), ("Content-Length: 5\r\nSession-Idle-Timeout: 0", 400),
    ("Content-Length: 5\r\nContent-Encoding: br", 415),
  ]) func aHopelessBodyIsNotAskedFor(_ lines: String, _ status: Int) throws {
    let connection = try Gateways.before(.memory).connect()
    try connection.send(
      "PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(lines)\r\n\r\n")
    let answer = try connection.response()
    #expect(answer.status == status && answer["Connection"] == "close")
    try connection.expectClosed()
  }

  @Test func oldClients() throws {
    let gateway = try Gateways.before(.memory)
    let once = try gateway.connect()
    try once.send("GET /livez HTTP/1.0\r\n\r\n")
    let answer = try once.response()
    #expect(answer.text == "ok\n" && answer.version == "HTTP/1.1")
    #expect(answer["Connection"] == "close")
    try once.expectClosed()
    let kept = try gateway.connect()
    for _ in 0..<3 {
      try kept.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try kept.response()["Connection"] == "keep-alive")
    }
    try kept.send("GET /livez HTTP/1.0\r\n\r\n")
    #expect(try kept.response().status == 200)
    try kept.expectClosed()
  }

  @Test(arguments: Backing.allCases) func closeIsObeyed(_ backing: Backing) throws {
    let connection = try Gateways.before(backing).connect()
    let path = freshPath()
    // What follows the last request is not served.
    try connection.send(
      "PUT \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
        + get(path))
    let answer = try connection.response()
    #expect(answer.status == 201 && answer["Connection"] == "close")
    try connection.expectClosed()
  }

  @Test(arguments: Backing.allCases) func halfClosedClientsGetTheirAnswers(
    _ backing: Backing
  ) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let connection = try gateway.connect()
    try connection.send(put(path, "last words") + get(path) + get("/livez"))
    connection.finish()
    #expect(try connection.response().status == 201)
    #expect(try connection.response().text == "last words")
    #expect(try connection.response().text == "ok\n")
    try connection.expectClosed()
    // Half a request is not served.
    let silent = try gateway.connect()
    try silent.send("GET /livez HTTP/1.1\r\nHo")
    silent.finish()
    try silent.expectClosed()
  }

  @Test func clientsThatVanish() throws {
    // Ready says that each worker has its connections to Redis: they are counted below.
    let gateway = try GatewayProcess(try Gateways.flags(.plainNode), until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: payload(500_000)).status == 201)
    let before = gateway.process.descriptorCount
    for round in 0..<60 {
      let connection = try gateway.connect()
      try connection.send(round % 3 == 0 ? String(repeating: get(path), count: 9) : get(path))
      if round % 3 == 1 { try connection.send("PUT \(path) HTTP/1.1\r\nHost: a\r\nContent-Le") }
      connection.abort()
    }
    #expect(try gateway.ask("GET", path).body == payload(500_000))
    try eventually("their descriptors are closed") { gateway.process.descriptorCount <= before }
  }

  @Test func aThousandConnectionsAtOnce() throws {
    try Descriptors.allow(2_500)
    let gateway = try Gateways.before(.memory)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: payload(1_000)).status == 201)
    let connections = try (0..<1_000).map { _ in try gateway.connect() }
    for round in 0..<3 {
      for connection in connections { try connection.send(get(path)) }
      for connection in connections {
        #expect(try connection.response().body == payload(1_000), "round \(round)")
      }
    }
    #expect(try gateway.metric("session_gateway_connections ") >= 1_000)
  }

  @Test func timeGoesOn() throws {
    let connection = try Gateways.before(.memory).connect()
    let first = try #require(try connection.exchange("GET", "/livez")["Date"])
    #expect(first.hasSuffix(" GMT") && first.count == 29)
    try eventually("the date changes") {
      try connection.exchange("GET", "/livez")["Date"] != first
    }
  }

  /// The end of who asks may come with the question: then nobody gets the lock.
  @Test(arguments: [false, true]) func whoIsGoneGetsNoLock(_ mayStillRead: Bool) throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [7]).status == 201)
    gateway.process.pause()
    let gone = try gateway.connect()
    try gone.send("POST \(path)/lock?lease=60 HTTP/1.1\r\nHost: a\r\n\r\n")
    if mayStillRead { gone.finish() } else { gone.close() }
    gateway.process.resume()
    #expect(try gateway.ask("POST", path + "/lock").status == 200)
    if mayStillRead { #expect(throws: LabFault.self) { try gone.response() } }
  }
}

/// How many descriptors the test run itself may have open.
enum Descriptors {
  /// Raises the soft limit, if it is lower.
  static func allow(_ count: UInt) throws {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur < count else { return }
    limit.rlim_cur = min(count, limit.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    guard limit.rlim_cur >= count else { throw LabFault("too few descriptors for this test") }
  }
}
