// `/metrics`: that it is Prometheus's text, and that its counts are those of all workers. Each worker
// tells its own at the end of a turn, after it has answered: another one may be asked before that.

import Foundation
import TestLab
import Testing

@Suite struct MetricsTests {
  /// The family of a sample: its name without labels and without what a histogram adds.
  private func family(_ sample: Substring) -> String {
    var name = String(sample.prefix { $0 != "{" && $0 != " " })
    for suffix in ["_bucket", "_sum", "_count"] {
      if ["seconds", "operations"].contains(where: { name.hasSuffix($0 + suffix) }) {
        name.removeLast(suffix.count)
      }
    }
    return name
  }

  @Test func problemsByTheirCodes() throws {
    let gateway = try GatewayProcess(["--workers", "1", "--max-body", "1KiB"])
    for _ in 0..<2 { #expect(try gateway.ask("GET", freshPath()).status == 404) }
    #expect(try gateway.ask("PUT", freshPath(), body: payload(2_048)).status == 413)
    let wire = try gateway.connect()
    try wire.send("GET / HTTP/1.1\r\n\r\n")
    #expect(try wire.response().status == 400)
    func count(_ code: String) throws -> Int {
      try gateway.metric("session_gateway_problems_total{code=\"\(code)\"} ")
    }
    #expect(try count("no-such-session") == 2 && count("body-too-large") == 1)
    #expect(try count("refusal") == 1 && count("store-full") == 0)
    #expect(try gateway.metric("session_gateway_ready ") == 1)
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
        "operations_total", "batch_operations", "pipeline_operations", "redirects_total",
        "connects_total", "node_up", "command_duration_seconds", "node_connects_total",
      ] {
        #expect(types["session_gateway_redis_" + name] != nil, "\(name)")
      }
      for name in ["operations_total ", "node_up{", "batch_operations_count "] {
        try eventually("\(name)is counted") {
          try gateway.metric("session_gateway_redis_" + name) > 0
        }
      }
    }
    for name in ["cpu_seconds_total", "resident_memory_bytes", "open_fds", "max_fds"] {
      #expect(types["process_" + name] != nil, "\(name)")
    }
    #expect(try gateway.metric("process_resident_memory_bytes ") > 1 << 20)
    #expect(try gateway.metric("process_open_fds ") > 5)
    let checked = try Command.run("sh", ["-c", "command -v promtool"])
    if checked.status == .exited(0) { try check(page.text) }
  }

  /// Prometheus's own opinion of the page.
  private func check(_ text: String) throws {
    let folder = try TemporaryFolder()
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("metrics")))
    let command = "promtool check metrics < \(folder.file("metrics"))"
    let said = try Command.run("sh", ["-c", command])
    #expect(said.status == .exited(0) && said.output.isEmpty && said.errors.isEmpty, "\(said)")
  }

  @Test func nodesAreThoseOfAllWorkers() throws {
    // One worker would show its own part of the counts, and another scrape another one's.
    let gateway = try GatewayProcess(
      try Gateways.flags(.tlsCluster) + ["--workers", "2"], until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    let rounds = 100
    for _ in 0..<rounds { #expect(try gateway.ask("GET", path).status == 200) }
    try eventually("both workers have told of their nodes") {
      let lines = try gateway.ask("GET", "/metrics").text.split(separator: "\n")
      let counts = lines.filter {
        $0.hasPrefix("session_gateway_redis_command_duration_seconds_count")
          && $0.contains("command=\"get\"")
      }
      return counts.reduce(0) { $0 + (Int($1.split(separator: " ").last!) ?? 0) } == rounds
    }
    try eventually("each primary is up") {
      try gateway.metric("session_gateway_redis_node_up{") >= 3
    }
    let tls = "session_gateway_tls_handshakes_total{peer=\"redis\",result="
    try eventually("two workers have connected to three primaries") {
      try gateway.metric("\(tls)\"full\"}") + gateway.metric("\(tls)\"resumed\"}") >= 6
    }
    #expect(try gateway.metric("\(tls)\"failed\"}") == 0)
  }

  @Test func locksAreCounted() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    let token = try #require(try gateway.ask("POST", path + "/lock")["Session-Lock"])
    #expect(try gateway.ask("POST", path + "/lock").status == 423)
    let waiter = try gateway.connect()
    try waiter.send("POST \(path)/lock?wait=60 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    try eventually("it waits") { try gateway.metric("session_gateway_lock_waiters ") == 1 }
    #expect(try gateway.metric("session_gateway_requests_in_flight ") == 1)
    #expect(try gateway.ask("PUT", path + "/lock", ["Session-Lock": token]).status == 204)
    #expect(try gateway.ask("DELETE", path + "/lock", ["Session-Lock": token]).status == 204)
    #expect(try waiter.response().status == 200)
    #expect(try gateway.ask("DELETE", path + "/lock", ["Session-Lock": token]).status == 409)
    // The waiter's own is released by its write, a third by the session's end; a write without a lock
    // releases none.
    #expect(try gateway.ask("PUT", path, body: [2]).status == 204)
    func locked() throws -> [String: String] {
      ["Session-Lock": try #require(try gateway.ask("POST", path + "/lock")["Session-Lock"])]
    }
    #expect(try gateway.ask("PUT", path + "?unlock=true", try locked(), body: [3]).status == 204)
    let held = try locked()
    #expect(try gateway.ask("PUT", path, held, body: [4]).status == 204)
    #expect(try gateway.ask("DELETE", path, held).status == 204)
    for (event, count) in [
      ("acquired", 4), ("waited", 1), ("refused", 1), ("renewed", 1), ("released", 3), ("lost", 1),
    ] {
      let name = "session_gateway_locks_total{event=\"\(event)\"}"
      #expect(try gateway.metric(name) == count, "\(event)")
    }
    #expect(try gateway.metric("session_gateway_lock_waiters ") == 0)
    #expect(try gateway.metric("session_gateway_requests_in_flight ") == 0)
  }

  @Test func anEmbeddedStoresTimesAreNotZero() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let body = payload(100_000)
    for _ in 0..<50 { #expect(try gateway.ask("PUT", freshPath(), body: body).status == 201) }
    let name = "session_gateway_request_duration_seconds_sum{route=\"/v1/sessions/{id}\"}"
    let lines = try gateway.ask("GET", "/metrics").text.split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix(name) })
    #expect(try #require(Double(line.split(separator: " ").last!)) > 0)
    #expect(try gateway.metric("session_gateway_tick_duration_seconds_count ") > 50)
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
    let histogram = "session_gateway_request_duration_seconds"
    for (name, count) in [
      ("\(route),method=\"GET\",status=\"200\"}", 200),
      ("\(route),method=\"GET\",status=\"404\"}", 20),
      ("\(route),method=\"PUT\",status=\"201\"}", 1),
      ("\(histogram)_count{route=\"/v1/sessions/{id}\"}", 221),
      ("\(histogram)_bucket{route=\"/v1/sessions/{id}\",le=\"+Inf\"}", 221),
    ] {
      try eventually("\(count) are counted by \(name)") { try gateway.metric(name) == count }
    }
  }
}
