// Redis comes late, goes away, hangs and comes back. The gateway answers within its deadline all the
// while, says what became of the request, and recovers by itself. Who is to be told soon says so in
// `Session-Deadline`; all else may take a busy machine longer.

import TestLab
import Testing

@Suite struct OutageTests {
  private let flags = ["--deadline", "60s", "--workers", "2"]
  private let soon = ["Session-Deadline": "1"]

  @Test func redisComesLate() throws {
    let port = try FreePorts.one()
    let gateway = try GatewayProcess(["--redis", "127.0.0.1:\(port)"] + flags)
    #expect(try gateway.ask("GET", "/livez").status == 200)
    let notReady = try gateway.ask("GET", "/readyz")
    #expect(notReady.status == 503 && notReady["Retry-After"] == "1")
    let health = try gateway.ask("GET", "/health")
    #expect(health.status == 503 && health["Content-Type"] == "application/health+json")
    #expect(health.text.hasPrefix(#"{"status":"fail","#))
    let path = freshPath()
    for (method, target) in [
      ("GET", path), ("HEAD", path), ("PUT", path), ("DELETE", path), ("POST", path + "/touch"),
      ("POST", "/v1/sessions"),
    ] {
      let body: [UInt8]? = method == "PUT" || target == "/v1/sessions" ? [1] : nil
      let answer = try gateway.ask(method, target, soon, body: body)
      #expect(answer.status == 503 && answer["Retry-After"] == "1", "\(method) \(target)")
      #expect(answer["Connection"] == nil)
      if method != "HEAD" { #expect(answer.text.contains("\"executed\":\"no\"")) }
    }
    let batch = try gateway.ask(
      "POST", "/v1/touches", soon.merging(["Content-Type": "application/json"]) { $1 },
      body: Array("{\"ids\":[\"a\",\"b\"]}".utf8))
    #expect(batch.status == 503 && batch.text.contains("\"executed\":\"no\""))

    let redis = try RedisServer(port: port)
    try gateway.wait(for: "/readyz")
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    #expect(try redis.command("DBSIZE") == .integer(1))
    try gateway.wait(for: "/health")
  }

  /// Half of the slots have nobody, and what is for them waits and never leaves.
  @Test func aBatchThatWasNotCarriedOutSaysSo() throws {
    var settings = RedisServer.Settings()
    settings.nodeTimeout = 15_000
    settings.lines = ["cluster-require-full-coverage no"]
    let redis = try RedisServer(settings)
    #expect(try redis.command("CLUSTER", "ADDSLOTSRANGE", "0", "8191") == .status("OK"))
    let gateway = try GatewayProcess(["--redis", redis.address] + flags)
    func id(_ isServed: Bool) throws -> String {
      while true {
        let id = fresh()
        let slot = try redis.command("CLUSTER", "KEYSLOT", "sg:{default:\(id)}")
        if case .integer(let slot) = slot, (slot <= 8_191) == isServed { return id }
      }
    }
    let (served, waiting) = (try id(true), try id(false))
    try eventually("what is served is") {
      try gateway.ask("GET", "/v1/sessions/\(served)", soon).status == 404
    }
    func touch(_ ids: String...) throws -> RawHTTP.Response {
      let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
      return try gateway.ask(
        "POST", "/v1/touches", ["Content-Type": "application/json", "Session-Deadline": "5"],
        body: Array("{\"ids\":[\(list)]}".utf8))
    }
    // The first of them is answered, which has to be in time, and there was nothing to touch.
    try expectProblem(503, "deadline-passed", executed: "no", in: touch(served, waiting))
    #expect(try gateway.ask("PUT", "/v1/sessions/\(served)", body: [1]).status == 201)
    try expectProblem(504, "outcome-unknown", executed: "unknown", in: touch(served, waiting))
    #expect(try touch(served).text == #"{"touched":1,"missing":[]}"#)
  }

  @Test func redisIsRestarted() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address] + flags, until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    try redis.kill9()
    let connection = try gateway.connect()
    for _ in 0..<3 {
      let answer = try connection.exchange("PUT", path, fields: soon, body: [2])
      #expect(answer.status == 503 || answer.status == 504)
    }
    try redis.restart()
    try gateway.wait(for: "/readyz")
    // The sessions are gone with the Redis that held them.
    #expect(try connection.exchange("GET", path).status == 404)
    #expect(try connection.exchange("PUT", path, body: [3]).status == 201)
    #expect(gateway.log.contains("not connected"))
    // What it was is told for as long as the gateway lives.
    let health = try gateway.ask("GET", "/health")
    #expect(health.status == 200 && health.text.contains("\"lastError\":"))
    #expect(!health.text.contains("\"code\":"))
  }

  @Test func sessionsAreReadWhereNothingCanBeWritten() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address] + flags, until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    try redis.command("CONFIG", "SET", "min-replicas-to-write", "1")
    #expect(try gateway.ask("PUT", path, soon, body: [2]).status == 503)
    for _ in 0..<3 { #expect(try gateway.ask("GET", path).body == [1]) }
    try redis.command("CONFIG", "SET", "min-replicas-to-write", "0")
    #expect(try gateway.ask("PUT", path, body: [3]).status == 204)
  }

  /// Another gateway's `--max-body` let it in.
  @Test func aSessionThatIsTooLargeHereIsNobodyElsesMatter() throws {
    let redis = try RedisServer()
    let other = try GatewayProcess(
      ["--redis", redis.address, "--max-body", "4MiB"] + flags, until: .ready)
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--deadline", "60s", "--workers", "1"], until: .ready)
    let (path, large) = (freshPath(), freshPath())
    #expect(try other.ask("PUT", path, body: [1]).status == 201)
    #expect(try other.ask("PUT", large, body: payload(3 << 20)).status == 201)
    for _ in 0..<3 {
      try expectProblem(500, "unreadable-session", in: gateway.ask("GET", large))
      #expect(try gateway.ask("GET", path).body == [1])
    }
    #expect(try gateway.ask("HEAD", large)["Content-Length"] == "\(3 << 20)")
    #expect(try gateway.metric("session_gateway_redis_node_up") == 1)
    #expect(!gateway.log.contains("not connected"))
  }

  @Test func redisHangs() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address] + flags, until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    redis.pause()
    let answer = try gateway.ask("PUT", path, soon, body: [2])
    try expectProblem(504, "outcome-unknown", executed: "unknown", in: answer)
    #expect(try gateway.ask("GET", "/livez").status == 200)
    redis.resume()
    try eventually("it serves again") { try gateway.ask("GET", path).status == 200 }
    // Late answers to requests that were given up belong to nobody.
    for value in [UInt8(3), 4, 5] {
      #expect(try gateway.ask("PUT", path, body: [value]).status == 204)
      #expect(try gateway.ask("GET", path).body == [value])
    }
  }

  @Test func aBatchThatIsLateLeavesNothingToTheNextRequest() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address] + flags, until: .ready)
    let path = freshPath()
    let connection = try gateway.connect()
    #expect(try connection.exchange("PUT", path, body: [1]).status == 201)
    redis.pause()
    let batch = try connection.exchange(
      "POST", "/v1/touches", fields: soon.merging(["Content-Type": "application/json"]) { $1 },
      body: Array("{\"ids\":[\"a\",\"b\"]}".utf8))
    #expect(batch.status == 504)
    redis.resume()
    try eventually("it serves again") { try gateway.ask("GET", path).status == 200 }
    #expect(try connection.exchange("GET", path).body == [1])
  }

  @Test func aCallerWaitsNoLongerThanItWantsTo() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--deadline", "1h"], until: .ready)
    redis.pause()
    let answer = try gateway.ask("PUT", freshPath(), soon, body: [1])
    #expect(answer.status == 504)
    // The gateway ended it, and did not wait until the store gave Redis up. The other worker may be asked
    // before this one has told of it.
    try eventually("it is counted") {
      try gateway.metric("session_gateway_limits_total{limit=\"deadline\"}") == 1
    }
    redis.resume()
  }

  @Test func aNodeThatRefusesIsToldOnceAndShown() throws {
    let redis = try RedisServer()
    let gateway = try GatewayProcess(["--redis", redis.address, "--workers", "1"], until: .ready)
    try redis.command("CONFIG", "SET", "maxmemory", "1")
    for _ in 0..<3 {
      let answer = try gateway.ask("PUT", freshPath(), body: [1])
      try expectProblem(503, "store-full", executed: "no", in: answer)
    }
    func told() -> [Substring] {
      gateway.log.split(separator: "\n").filter { $0.contains("refuses requests") }
    }
    try eventually("it is told") { !told().isEmpty }
    let lines = told()
    #expect(lines.count == 1, "\(gateway.log)")
    #expect(lines.allSatisfy { $0.contains("\"code\":\"oom\"") && $0.contains(redis.address) })
    try eventually("it is shown") {
      let health = try gateway.ask("GET", "/health")
      return health.status == 200 && health.text.hasPrefix("{\"status\":\"warn\"")
        && health.text.contains("\"code\":\"oom\"") && health.text.contains("maxmemory")
    }
    let refusals = "session_gateway_redis_refusals_total{kind=\"oom\"} "
    #expect(try gateway.metric(refusals) == 3)
  }

  @Test func aWrongPasswordIsAnOperatorsFault() throws {
    var settings = RedisServer.Settings()
    settings.password = "right"
    let redis = try RedisServer(settings)
    let folder = try TemporaryFolder()
    let file = try folder.write("password", "the-wrong-one")
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--redis-password-file", file] + flags)
    let answer = try gateway.ask("GET", freshPath(), soon)
    #expect(answer.status == 503 && answer.text.contains("\"executed\":\"no\""))
    #expect(try gateway.ask("GET", "/readyz").status == 503)
    try eventually("the log says why") { gateway.log.contains("\"code\":\"credentials\"") }
    #expect(!gateway.log.contains("the-wrong-one"))
  }
}
