// `/metrics`: that it is Prometheus's text, that its counts are those of all workers, and that
// neither it nor the log nor any page holds a secret.

import TestLab
import Testing

@Suite struct MetricsTests {
  /// The family of a sample: its name without labels and without what a histogram adds.
  private func family(_ sample: Substring) -> String {
    var name = String(sample.prefix { $0 != "{" && $0 != " " })
    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix("seconds" + suffix) {
      name.removeLast(suffix.count)
    }
    return name
  }

  @Test(arguments: Backing.allCases) func theFormat(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    _ = try gateway.ask("PUT", freshPath(), body: [1])
    let page = try gateway.ask("GET", "/metrics")
    #expect(page["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(page.text.hasSuffix("\n"))
    var types: [String: String] = [:]
    var samples: Set<Substring> = []
    for line in page.text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE ") {
        #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil)
        #expect(["counter", "gauge", "histogram"].contains(words[3]))
      } else if !line.hasPrefix("# HELP ") {
        // A family's lines stand together, behind its type.
        #expect(types[family(line)] != nil, "\(line)")
        #expect(Double(words.last!) != nil, "\(line)")
        #expect(samples.insert(line.prefix(line.count - words.last!.count)).inserted, "\(line)")
      }
    }
    #expect(types["session_gateway_requests_total"] == "counter")
    #expect(types["session_gateway_request_duration_seconds"] == "histogram")
    #expect(types["session_gateway_connections"] == "gauge")
    if backing != .memory {
      for name in [
        "operations_total", "batches_total", "pipeline_operations", "redirects_total",
        "connects_total", "node_up",
      ] {
        #expect(types["session_gateway_redis_" + name] != nil, "\(name)")
      }
      #expect(try gateway.metric("session_gateway_redis_operations_total ") > 0)
      #expect(try gateway.metric("session_gateway_redis_node_up{") > 0)
    }
  }

  @Test func twoWorkersCountTogether() throws {
    let gateway = try GatewayProcess(["--workers", "2"])
    #expect(try gateway.metric("session_gateway_workers ") == 2)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    // Each connection is one worker's; both see the session.
    for _ in 0..<200 { #expect(try gateway.ask("GET", path).body == [1]) }
    for _ in 0..<20 { #expect(try gateway.ask("GET", freshPath()).status == 404) }
    let route = "session_gateway_requests_total{route=\"/v1/sessions/{id}\""
    #expect(try gateway.metric("\(route),method=\"GET\",status=\"200\"}") == 200)
    #expect(try gateway.metric("\(route),method=\"GET\",status=\"404\"}") == 20)
    #expect(try gateway.metric("\(route),method=\"PUT\",status=\"201\"}") == 1)
    let histogram = "session_gateway_request_duration_seconds"
    #expect(try gateway.metric("\(histogram)_count{route=\"/v1/sessions/{id}\"}") == 221)
    #expect(
      try gateway.metric("\(histogram)_bucket{route=\"/v1/sessions/{id}\",le=\"+Inf\"}") == 221)
  }

  @Test func secretsAppearNowhere() throws {
    let marker = "marker8c1f"
    var settings = RedisServer.Settings()
    settings.password = "password-\(marker)"
    let redis = try RedisServer(settings)
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--log-level", "trace", "--access-log", "--deadline", "1s"],
      environment: ["SESSION_GATEWAY_REDIS_PASSWORD": "password-\(marker)"], until: .ready)
    let path = "/v1/sessions/id-\(marker)"
    let secret = ["Authorization": "Bearer token-\(marker)", "Cookie": "sid=\(marker)"]
    let body = Array("payload \(marker)".utf8)
    #expect(try gateway.ask("PUT", path, secret, body: body).status == 201)
    #expect(try gateway.ask("GET", path, secret).body == body)
    var answers: [String] = []
    for (method, target) in [
      ("PATCH", path), ("GET", path + "?x=\(marker)"), ("GET", path + "/\(marker)"),
      ("GET", path + "%20\(marker)"), ("POST", path + "/touch?\(marker)"), ("BREW\(marker)", path),
      ("GET", "/\(marker)"),
    ] {
      let answer = try gateway.ask(method, target, secret)
      #expect(answer.status >= 400, "\(method) \(target)")
      answers.append(answer.text)
    }
    for wrong in ["GET \(path) HTTP/1.1\r\n\(marker)\r\n\r\n", "GET \(path)\n\(marker)"] {
      let connection = try gateway.connect()
      try connection.send(wrong)
      answers.append(try connection.response().text)
    }
    redis.pause()
    answers.append(try gateway.ask("PUT", path, secret, body: body).text)
    redis.resume()
    try redis.kill9()
    answers.append(try gateway.ask("PUT", path, secret, body: body).text)
    for page in ["/metrics", "/health", "/version", "/readyz"] {
      answers.append(try gateway.ask("GET", page).text)
    }
    #expect(try gateway.terminate() == .exited(0))
    for answer in answers { #expect(!answer.contains(marker)) }
    #expect(gateway.log.contains("not connected"))
    #expect(!gateway.log.contains(marker))
  }
}
