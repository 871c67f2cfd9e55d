// Peers that take more than their share: floods of connections, descriptors that run out, memory that
// is held. Each meets its bound and its counter, others are served meanwhile, and nothing spins.

import Foundation
import TestLab
import Testing

@Suite(.serialized) struct FloodTests {
  private func limit(_ name: String) -> String { "session_gateway_limits_total{limit=\"\(name)\"}" }

  /// A gateway that may have so many descriptors, the hard limit included. It is ready, not only
  /// live: each worker has the descriptors that it cannot start without.
  private func gateway(descriptors: Int, _ flags: [String]) throws -> (
    GatewayProcess, TemporaryFolder
  ) {
    let folder = try TemporaryFolder()
    let script = try folder.write(
      "limited", "#!/bin/sh\nulimit -n \(descriptors)\nexec '\(GatewayProcess.program)' \"$@\"\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
    return (try GatewayProcess(flags, until: .ready, program: script), folder)
  }

  /// Which part of a processor it takes for three seconds. A task that sleeps would wake up behind all
  /// tests that wait for one of the few threads of Swift's pool: when idle clients have had their time.
  private func load(of gateway: GatewayProcess) -> Double {
    let (start, before) = (ContinuousClock.now, gateway.process.processorSeconds)
    usleep(3_000_000)
    let used = gateway.process.processorSeconds - before
    return used / ((ContinuousClock.now - start) / .seconds(1))
  }

  @Test func descriptorsRunOut() throws {
    let (gateway, folder) = try gateway(descriptors: 64, ["--workers", "1"])
    let path = freshPath()
    let kept = try gateway.connect()
    #expect(try kept.exchange("PUT", path, body: [7]).status == 201)
    let crowd = try (0..<100).map { _ in try gateway.connect() }
    func count() throws -> Int {
      let lines = try kept.exchange("GET", "/metrics").text.split(separator: "\n")
      let line = lines.first { $0.hasPrefix(limit("descriptors")) }
      return line.flatMap { Int($0.split(separator: " ").last!) } ?? 0
    }
    try eventually("the bound is met") { try count() > 0 }
    // Who has a connection is served, and who has none waits without costing anything.
    for _ in 0..<100 { #expect(try kept.exchange("GET", path).body == [7]) }
    // Before the count, so that no try is counted that was made before.
    let (start, before) = (ContinuousClock.now, gateway.process.processorSeconds)
    let met = try count()
    try eventually("accepting was tried again, and again") { try count() >= met + 10 }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    #expect(elapsed > 0.5, "ten tries 100 ms apart took \(elapsed) s")
    let used = gateway.process.processorSeconds - before
    // The metrics that were asked for meanwhile are most of this.
    #expect(used < elapsed, "\(used) s of \(elapsed) s")
    // With room again, whoever waited is served.
    for connection in crowd[..<60] { connection.close() }
    for connection in crowd[60...] {
      #expect(try connection.exchange("GET", path).body == [7])
    }
    withExtendedLifetime(folder) {}
  }

  @Test func nothingSpinsWithoutDescriptors() throws {
    let (gateway, folder) = try gateway(descriptors: 48, ["--workers", "2"])
    let crowd = try (0..<100).map { _ in try gateway.connect() }
    try eventually("no descriptor is left") { gateway.process.descriptorCount == 48 }
    let load = load(of: gateway)
    #expect(load < 0.1, "\(load) of a processor with nothing to do")
    #expect(gateway.process.isRunning)
    for connection in crowd { connection.abort() }
    #expect(try gateway.ask("GET", "/livez").status == 200)
    withExtendedLifetime(folder) {}
  }

  @Test func theTableOfConnectionsIsFull() throws {
    try Descriptors.allow(9_500)
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    let kept = try gateway.connect()
    #expect(try kept.exchange("PUT", path, body: [7]).status == 201)
    var crowd: [RawHTTP] = []
    for _ in 0..<8_300 { crowd.append(try gateway.connect()) }
    func metrics() throws -> String { try kept.exchange("GET", "/metrics").text }
    try eventually("the table is full") {
      try metrics().contains("\nsession_gateway_connections 8192\n")
    }
    #expect(try !metrics().contains(limit("connections") + " 0\n"))
    for _ in 0..<100 { #expect(try kept.exchange("GET", path).body == [7]) }
    let load = load(of: gateway)
    #expect(load < 0.15, "\(load) of a processor with nothing to do")
    // Places become free; the last ones in the queue get them.
    let last = crowd.removeLast()
    try last.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
    for connection in crowd[..<200] { connection.close() }
    #expect(try last.response().body == [7])
    #expect(gateway.process.residentBytes < 256 << 20)
  }

  @Test func slowBodiesHoldNoMoreThanTheirBound() throws {
    try Descriptors.allow(2_500)
    let gateway = try GatewayProcess(
      ["--workers", "1", "--client-buffers", "8MiB", "--deadline", "60s"])
    let path = freshPath()
    let kept = try gateway.connect()
    #expect(try kept.exchange("PUT", path, body: payload(20_480)).status == 201)
    let empty = gateway.process.residentBytes
    // Each announces a megabyte and sends half of it.
    let head = "PUT \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n"
    let crowd = try (0..<40).map { _ in try gateway.connect() }
    var refused = 0
    let half = Array(head.utf8) + payload(524_288)
    for connection in crowd { try connection.send(half) }
    // Whoever holds memory holds a whole body's.
    try eventually("each has come, and holds memory or is refused") {
      let held = try gateway.metric("session_gateway_client_buffer_bytes ")
      return try held / 1_048_576 + gateway.metric(limit("client-buffers")) == crowd.count
    }
    for connection in crowd where try !connection.isSilent(for: .milliseconds(1)) {
      let answer = try connection.response()
      try expectProblem(503, "gateway-full", executed: "no", in: answer)
      #expect(answer["Connection"] == "close" && answer["Retry-After"] != nil)
      refused += 1
    }
    #expect((25...36).contains(refused), "\(refused) of 40")
    #expect(try gateway.metric(limit("client-buffers")) == refused)
    let held = try gateway.metric("session_gateway_client_buffer_bytes ")
    #expect(held > 4 << 20 && held <= 9 << 20, "\(held)")
    #expect(gateway.process.residentBytes - empty < 32 << 20)
    // Requests that come whole need no such memory, and those that hold it are finished.
    #expect(try kept.exchange("GET", path).body == payload(20_480))
    for connection in crowd where try connection.isSilent(for: .milliseconds(1)) {
      connection.abort()
    }
    try eventually("all of it is free") {
      try gateway.metric("session_gateway_client_buffer_bytes ") == 0
    }
    #expect(try gateway.ask("PUT", path, body: payload(1_000_000)).status == 204)
  }

  @Test func memoryIsReturnedAfterAFlood() throws {
    try Descriptors.allow(2_500)
    let gateway = try GatewayProcess(["--workers", "2", "--deadline", "60s"])
    let atRest = gateway.process.residentBytes
    func send(_ count: Int, _ length: Int) throws -> [RawHTTP] {
      let head = "PUT \(freshPath()) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length + 1)\r\n\r\n"
      let request = Array(head.utf8) + payload(length)
      return try (0..<count).map { _ in
        let connection = try gateway.connect()
        try connection.send(request)
        return connection
      }
    }
    func held() throws -> Int { try gateway.metric("session_gateway_client_buffer_bytes ") }
    // The C library takes its first large buffers from the kernel, and from a heap only what is no
    // larger than one that it has been given back.
    let first = try send(4, 1_000_000)
    try eventually("the first have come") { try held() > 3 << 20 }
    for connection in first { connection.abort() }
    try eventually("the first are gone") { try held() == 0 }
    // More come until there are enough: a body that a busy machine delays has half a minute.
    var crowd: [RawHTTP] = []
    try eventually("a flood has come") {
      if crowd.count < 2_000 { crowd += try send(50, 200_000) }
      return try held() > 90 << 20
    }
    #expect(gateway.process.residentBytes - atRest > 90 << 20)
    for connection in crowd { connection.abort() }
    // Some of it may have been returned while others held theirs: then it takes a minute.
    try eventually("it has been returned", within: .seconds(180)) {
      gateway.process.residentBytes - atRest < 40 << 20
    }
  }

  @Test func whoDoesNotReadHoldsNoMoreThanTheBound() throws {
    let gateway = try GatewayProcess(["--workers", "1", "--client-buffers", "8MiB"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: payload(1_048_576)).status == 201)
    let small = freshPath("small")
    #expect(try gateway.ask("PUT", small, body: payload(20_480)).status == 201)
    let get = "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"
    let crowd = try (0..<40).map { _ in try gateway.connect() }
    for connection in crowd { try connection.send(String(repeating: get, count: 20)) }
    try eventually("the bound is met") { try gateway.metric(limit("client-buffers")) > 0 }
    #expect(try gateway.metric("session_gateway_client_buffer_bytes ") <= 10 << 20)
    // Everybody else is served, with what any socket takes at once.
    for _ in 0..<20 { #expect(try gateway.ask("GET", small).body == payload(20_480)) }
    for connection in crowd { connection.abort() }
    try eventually("all of it is free") {
      try gateway.metric("session_gateway_client_buffer_bytes ") == 0
    }
  }

  @Test func unreadAnswersHoldNoMoreThanTheBound() throws {
    let gateway = try GatewayProcess(
      ["--workers", "1", "--client-buffers", "64MiB", "--max-body", "16MiB"])
    // More than sockets take.
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: payload(15 << 20)).status == 201)
    let crowd = try (0..<12).map { _ in try gateway.connect() }
    for connection in crowd { try connection.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n") }
    let answers = "session_gateway_requests_total{route=\"/v1/sessions/{id}\",method=\"GET\""
    try eventually("all are answered") { try gateway.metric(answers) == crowd.count }
    try eventually("some are dropped") { try gateway.metric(limit("client-buffers")) > 0 }
    let held = try gateway.metric("session_gateway_client_buffer_bytes ")
    #expect(held > 15 << 20 && held <= 80 << 20, "\(held)")
    #expect(try gateway.metric(limit("client-buffers")) < crowd.count)
    for connection in crowd { connection.abort() }
    try eventually("all of it is free") {
      try gateway.metric("session_gateway_client_buffer_bytes ") == 0
    }
  }

  @Test func slowHeadsDelayNobody() throws {
    try Descriptors.allow(2_500)
    let gateway = try GatewayProcess(["--workers", "1"])
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [7]).status == 201)
    // A thousand that have sent half a head, a thousand that have sent nothing.
    let crowd = try (0..<2_000).map { _ in try gateway.connect() }
    try eventually("all have come in") {
      try gateway.metric("session_gateway_connections ") > 2_000
    }
    for connection in crowd[..<1_000] { try connection.send("GET \(path) HTTP/1.1\r\nX-Slow: ") }
    let kept = try gateway.connect()
    for round in 0..<1_000 {
      // Each of them drips a byte now and then, unless a busy machine let its ten seconds pass.
      try? crowd[round].send("x")
      #expect(try kept.exchange("GET", path).body == [7])
    }
    #expect(gateway.process.residentBytes < 128 << 20)
    for connection in crowd { connection.abort() }
    try eventually("they are gone") {
      try gateway.metric("session_gateway_connections ") <= 2
        && gateway.metric("session_gateway_client_buffer_bytes ") == 0
    }
  }
}
