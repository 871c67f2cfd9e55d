// The process: how it starts, refuses to start, tells about itself and ends.

import Foundation
import Glibc
import TestLab
import Testing

@Suite struct LifeTests {
  @Test func sigtermFinishesWhatIsInFlight() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--deadline", "60s", "--drain-timeout", "120s"], until: .ready)
    let idle = try gateway.connect()
    #expect(try idle.exchange("GET", "/livez").status == 200)
    let busy = try gateway.connect()
    let path = freshPath()
    redis.pause()
    try busy.send("PUT \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
    try eventually("the command is under way") {
      try gateway.metric("session_gateway_redis_pipeline_operations ") > 0
    }
    let half = try gateway.connect()
    try half.send("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh")
    try eventually("half a request has come") {
      try gateway.metric("session_gateway_connections ") >= 4
    }
    gateway.process.terminate()
    try idle.expectClosed()
    try eventually("nobody else is served") { (try? gateway.connect()) == nil }
    redis.resume()
    let answer = try busy.response()
    #expect(answer.status == 201 && answer["Connection"] == "close")
    try busy.expectClosed()
    try half.send("i")
    let late = try half.response()
    #expect(late.status == 201 && late["Connection"] == "close")
    try half.expectClosed()
    #expect(try gateway.process.wait() == .exited(0))
    #expect(gateway.log.contains("draining") && gateway.log.contains("stopped"))
    #expect(try redis.command("DBSIZE") == .integer(2))
  }

  @Test func requestsThatHaveComeAreAnswered() throws {
    // Requests and the signal meet: whoever was accepted before it gets an answer or a clean end,
    // and an answer is whole.
    let gateway = try GatewayProcess(["--workers", "2"])
    let connections = try (0..<50).map { _ in try gateway.connect() }
    for connection in connections { _ = try connection.exchange("GET", "/livez") }
    for connection in connections {
      try connection.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    }
    gateway.process.terminate()
    for connection in connections {
      #expect(try connection.response().text == "ok\n")
    }
    #expect(try gateway.process.wait() == .exited(0))
  }

  /// Its log goes to a pipe that is full and that nobody reads.
  @Test func aLogThatNobodyReadsHoldsUpNothing() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let end = unsafe open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(end) }
    let filling = [UInt8](repeating: 10, count: 4_096)
    while unsafe write(end, filling, filling.count) > 0 {}
    let port = try FreePorts.one()
    let process = try ChildProcess(
      GatewayProcess.program,
      ["serve", "--listen", "127.0.0.1:\(port)", "--access-log", "--drain-grace", "0s"],
      log: folder.file("output"), errors: pipe)
    try process.wait(until: "it serves") {
      (try? RawHTTP(port: port).exchange("GET", "/livez").status) == 200
    }
    let connection = try RawHTTP(port: port)
    // More lines than wait.
    let get = String(repeating: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", count: 100)
    for _ in 0..<40 {
      try connection.send(get)
      for _ in 0..<100 { #expect(try connection.response().status == 200) }
    }
    let dropped = try connection.exchange("GET", "/metrics").text
      .firstMatch(of: /session_gateway_access_lines_dropped_total ([1-9]\d*)/)
    #expect(dropped != nil)
    process.terminate()
    #expect(try process.wait() == .exited(0))
  }

  @Test func aSecondSigtermDoesNotWait() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--deadline", "1h", "--drain-timeout", "1h"], until: .ready)
    redis.pause()
    let busy = try gateway.connect()
    try busy.send("GET \(freshPath()) HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("the command is under way") {
      try gateway.metric("session_gateway_redis_pipeline_operations ") > 0
    }
    gateway.process.terminate()
    try eventually("it drains") { gateway.log.contains("draining") }
    #expect(gateway.process.isRunning)
    gateway.terminateAgain()
    #expect(try gateway.process.wait() == .exited(0))
    redis.resume()
  }

  /// Nothing else would end it: the request may take an hour.
  @Test func theDrainTimeoutEndsIt() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--deadline", "1h", "--drain-timeout", "1s"], until: .ready)
    // It takes commands and does not answer: a client that waits for what never comes.
    #expect(try redis.command("CLIENT", "PAUSE", "3600000", "ALL").text == "OK")
    let busy = try gateway.connect()
    try busy.send("GET \(freshPath()) HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("the command is under way") {
      try gateway.metric("session_gateway_redis_pipeline_operations ") > 0
    }
    #expect(try gateway.terminate() == .exited(0))
  }

  @Test func interruptEndsItToo() throws {
    let gateway = try GatewayProcess()
    gateway.process.send(signal: SIGHUP)
    gateway.process.send(signal: SIGPIPE)
    #expect(try gateway.ask("GET", "/livez").status == 200)
    gateway.process.send(signal: SIGINT)
    #expect(try gateway.process.wait() == .exited(0))
  }

  @Test func interruptWaitsForNoBalancer() throws {
    let gateway = try GatewayProcess(["--drain-grace", "1h", "--drain-timeout", "1h"])
    gateway.process.send(signal: SIGINT)
    #expect(try gateway.process.wait() == .exited(0))
  }

  @Test func allMistakesAreToldAtOnce() throws {
    let done = try Command.run(
      GatewayProcess.program,
      ["serve", "--workers", "0", "--max-body", "1MB", "--redis-tls", "--no-such-flag", "x"],
      environment: ["SESSION_GATEWAY_DEADLINE": "soon"])
    #expect(done.status == .exited(2) && done.output.isEmpty)
    for part in [
      "--workers is \"0\" (from the command line)", "1 to 256", "--max-body", "1MiB",
      "--deadline is \"soon\" (from the environment variable SESSION_GATEWAY_DEADLINE)",
      "--no-such-flag", "--redis-tls",
    ] {
      #expect(done.errors.contains(part), "\(part) in \(done.errors)")
    }
  }

  @Test func whatItCannotListenOnIsNamed() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(port: redis.port, until: .none)
    #expect(try gateway.process.wait() == .exited(1))
    #expect(gateway.log.contains("--listen 127.0.0.1:\(redis.port)"))
    let secured = try GatewayProcess(
      ["--redis", redis.address, "--redis-tls", "--redis-ca", "/dev/null"], until: .none)
    #expect(try secured.process.wait() != .exited(0))
    #expect(secured.log.contains("--redis-ca"))
  }

  @Test(arguments: Backing.allCases) func pages(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    #expect(try gateway.ask("PUT", freshPath(), body: [1]).status == 201)
    for path in ["/livez", "/readyz", "/health", "/metrics", "/version", "/openapi.yaml"] {
      let page = try gateway.ask("GET", path)
      #expect(!page.body.isEmpty && page["Cache-Control"] == "no-store")
      let head = try gateway.ask("HEAD", path)
      #expect(head["Content-Type"] == page["Content-Type"])
      #expect(Int(head["Content-Length"] ?? "") ?? 0 > 0)
      // A slow node makes a gateway unready for a while.
      try gateway.wait(for: path)
    }
    #expect(try gateway.ask("GET", "/livez").text == "ok\n")
    #expect(try gateway.ask("GET", "/openapi.yaml").text.contains("/v1/sessions/{id}"))
  }

  @Test(arguments: Backing.allCases) func health(_ backing: Backing) throws {
    struct Check: Decodable {
      var componentId: String?
      var status: String
      var role: String?
      var slots: Int?
      var connected: Bool?
    }
    struct Health: Decodable {
      var status: String
      var version: String
      var uptimeSeconds: Int
      var draining: Bool
      var topologyAgeSeconds: Int?
      var checks: [String: [Check]]
    }
    let gateway = try Gateways.before(backing)
    func look() throws -> Health {
      let page = try gateway.ask("GET", "/health")
      #expect(page["Content-Type"] == "application/health+json")
      return try JSONDecoder().decode(Health.self, from: Data(page.body))
    }
    // A slow node is suspect for a while.
    var health = try look()
    try eventually("all is well") {
      health = try look()
      return health.status == "pass"
        && health.checks.values.joined().allSatisfy { $0.status == "pass" }
    }
    #expect(!health.draining && health.uptimeSeconds >= 0)
    switch backing {
    case .memory: #expect(health.checks.keys.sorted() == ["memory:bytes", "memory:sessions"])
    case .plainNode:
      let node = try #require(health.checks["redis:nodes"]?.first)
      #expect(node.status == "pass" && node.connected == true)
    case .tlsCluster:
      let nodes = try #require(health.checks["redis:nodes"])
      #expect(nodes.reduce(0) { $0 + ($1.slots ?? 0) } == 16_384)
      #expect(nodes.count { $0.role == "primary" } == 3 && health.topologyAgeSeconds != nil)
    }
  }

  @Test func version() throws {
    let page = try Gateways.before(.memory).ask("GET", "/version")
    let facts = try JSONDecoder().decode([String: String].self, from: Data(page.body))
    #expect(facts["name"] == "session-gateway")
    for name in ["version", "commit", "swift", "openssl", "hiredis", "libyaml"] {
      #expect(facts[name]?.isEmpty == false, "\(name)")
    }
    let commands = ["serve", "check", "plan", "token", "healthcheck", "bench"]
    for command in [[]] + commands.map({ [$0] }) {
      let said = try Command.run(GatewayProcess.program, command + ["--version"])
      #expect(said.text == facts["version"], "\(command)")
    }
  }
}
