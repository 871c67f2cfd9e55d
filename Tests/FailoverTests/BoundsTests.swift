// What bounds a gateway when its Redis does not: memory while nodes hang, connections when clients
// are many.

import Foundation
import Glibc
import Reactor
import Synchronization
import TestLab
import Testing

extension FailoverTests {
  @Test("Memory is bounded while Redis hangs under load; every caller is answered in time")
  func memoryWhileRedisHangs() throws {
    let lab = try Lab.whole()
    let seconds = Lab.isLong ? 60 : 12
    let deadline = Duration.milliseconds(Lab.isLong ? 2_000 : 250)
    let limit = "\(deadline.milliseconds) ms"
    let gateway = try GatewayProcess(
      lab.cluster.gatewayFlags() + ["--workers", "2", "--deadline", "\(deadline.milliseconds)ms"],
      until: .ready)
    let before = gateway.process.residentBytes
    let crowd = try Crowd(port: gateway.port, callers: Crowd.heads)
    try eventually("there is traffic") { crowd.seen.withLock { $0.answered > 300 } }
    let busy = gateway.process.residentBytes
    for node in lab.cluster.nodes { node.pause() }
    var largest = 0
    let start = ContinuousClock.now
    func elapsed() -> Duration { ContinuousClock.now - start }
    func failed() -> Int { crowd.seen.withLock { $0.failed } }
    // All that failed is to be far more than what is under way, however slow the machine is.
    while elapsed() < .seconds(seconds) || failed() < 20 * Crowd.heads && elapsed() < .seconds(60) {
      largest = max(largest, gateway.process.residentBytes)
      usleep(50_000)
    }
    let hung = elapsed()
    for node in lab.cluster.nodes { node.resume() }
    try lab.cluster.waitUntilServing()
    try gateway.wait(for: "/readyz")
    let answered = crowd.seen.withLock { $0.answered }
    try eventually("all is well") { crowd.seen.withLock { $0.answered > answered + 300 } }
    let seen = try crowd.end()
    let plan = try Self.plan(lab.cluster.gatewayFlags() + ["--workers", "2"])
    let remark =
      "resident \(before >> 20) MiB idle, \(busy >> 20) MiB busy, at most \(largest >> 20) MiB; "
      + "the plan's bound for pipelines is \(plan >> 20) MiB"
    let fault = "all nodes hang for \(seconds) s, 100 callers of 100 KB, deadline \(limit)"
    print("chaos: \(fault): \(seen); \(remark)")
    ChaosTable.add(fault, seen, remark)
    #expect(seen.failures.keys.allSatisfy { $0 == 503 || $0 == 504 }, "\(seen)")
    // Who is forgotten waits until the nodes go on.
    #expect(seen.slowest < hung)
    // What is under way is a request of each caller: its client's buffer, its place in a pipeline or
    // among what waits.
    let underWay = Crowd.heads * Crowd.size
    #expect(seen.failed >= 20 * Crowd.heads)
    #expect(largest < busy + 8 * underWay, "\(remark)")
    #expect(try gateway.terminate() == .exited(0))
  }

  /// What `plan` says pipelines take at the worst, in bytes.
  private static func plan(_ flags: [String]) throws -> Int {
    let text = try Command.succeed(GatewayProcess.program, ["plan", "--nodes", "6"] + flags).text
    let line = text.split(separator: "\n").first { $0.contains("Redis pipelines") }
    let words = (line ?? "").split(separator: " ")
    guard let unit = words.firstIndex(where: { $0 == "MiB" || $0 == "GiB" }),
      let number = Double(words[unit - 1])
    else { throw LabFault("the plan has no pipelines: \(text)") }
    return Int(number * (words[unit] == "GiB" ? 1_024 : 1)) << 20
  }

  @Test("A thousand clients do not become a thousand connections")
  func thousandClients() throws {
    let lab = try Lab.whole()
    let gateway = try GatewayProcess(
      lab.cluster.gatewayFlags() + ["--workers", "2"], until: .ready)
    let clients = try (0..<1_000).map { _ in try gateway.connect() }
    for round in 0..<2 {
      for (number, client) in clients.enumerated() {
        let head = "PUT /v1/sessions/one-of-\(number) HTTP/1.1\r\nHost: x\r\n"
        try client.send(head + "Content-Length: 1\r\n\r\n\(round)")
      }
      for client in clients {
        #expect(try client.response().status == (round == 0 ? 201 : 204))
      }
    }
    for node in lab.cluster.nodes {
      // Those of the gateway before this one may be on their way out.
      try eventually("one a worker to the node on \(node.port), at most") {
        let list = try node.command("CLIENT", "LIST", "TYPE", "normal").text
        return list.split(separator: "\n").count { $0.contains("name=session-gateway") } <= 2
      }
    }
  }
}

/// Callers that put large sessions as fast as they are answered.
final class Crowd: Sendable {
  static let size = 100_000
  static let heads = 100

  struct Seen: Sendable, CustomStringConvertible {
    var answered = 0
    var failures: [Int: Int] = [:]
    var slowest = Duration.zero
    var failed: Int { failures.values.reduce(0, +) }

    var description: String {
      let failures = failures.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
      return "\(answered) answered, failed [\(failures.joined(separator: ", "))], "
        + "slowest \(slowest.milliseconds) ms"
    }
  }

  let seen = Mutex(Seen())
  private let isOver = Mutex(false)
  private let running: Mutex<Int>

  init(port: Int, callers: Int) throws {
    running = Mutex(callers)
    for number in 0..<callers {
      let thread = try NamedThread.start(name: "crowd-\(number)") { self.work(port, number) }
      thread.abandon()
    }
  }

  func end() throws -> Seen {
    isOver.withLock { $0 = true }
    try eventually("the crowd has gone") { running.withLock { $0 == 0 } }
    return seen.withLock { $0 }
  }

  private func work(_ port: Int, _ number: Int) {
    let body = [UInt8](repeating: 120, count: Self.size)
    var http = try? RawHTTP(port: port)
    while !isOver.withLock({ $0 }) {
      let start = ContinuousClock.now
      let answer = try? http?.exchange("PUT", "/v1/sessions/crowd-\(number)", body: body)
      // A busy machine may let the deadline pass before it has sent all of a body.
      if answer?["Connection"] == "close" { http = nil }
      if http == nil || answer == nil { http = try? RawHTTP(port: port) }
      let status = answer?.status ?? 0
      seen.withLock { seen in
        seen.slowest = max(seen.slowest, ContinuousClock.now - start)
        if status == 201 || status == 204 {
          seen.answered += 1
        } else {
          seen.failures[status, default: 0] += 1
        }
      }
      usleep(10_000)
    }
    running.withLock { $0 -= 1 }
  }
}
