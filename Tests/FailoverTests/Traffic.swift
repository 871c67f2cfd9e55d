// Callers who write numbered versions of their sessions and read them back, without end, and keep
// account of what they saw. Each has a connection and sessions of its own, spread over all shards.

import Reactor
import Synchronization
import TestLab

/// What callers saw.
struct Tally: Sendable, CustomStringConvertible {
  /// Requests that were answered, whatever the answer.
  var requests = 0
  /// Answers that were no success, by method and status, and connections that failed.
  var failures: [String: Int] = [:]
  /// Reads that gave less than was acknowledged: the write was lost.
  var lostWrites = 0
  /// Reads that gave something that nobody wrote, or somebody else's.
  var foreign = 0
  /// The longest that a request took.
  var slowest = Duration.zero
  /// How many requests took more than half a second.
  var slow = 0

  var description: String {
    let failures = failures.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return "\(requests) requests, failures [\(failures.joined(separator: ", "))], "
      + "slowest \(slowest), over 0.5 s \(slow), lost acknowledged writes \(lostWrites), "
      + "foreign payloads \(foreign)"
  }
}

/// Callers at work.
final class Traffic: Sendable {
  private let port: Int
  private let isOver = Mutex(false)
  private let total = Mutex(Tally())
  private let running = Mutex(0)

  /// Starts `callers` callers against the gateway on `port`.
  init(port: Int, callers: Int) throws {
    self.port = port
    running.withLock { $0 = callers }
    for caller in 0..<callers {
      let thread = try WorkerThread.start(name: "caller-\(caller)") { self.work(caller) }
      thread.abandon()
    }
  }

  /// What was seen so far.
  var tally: Tally { total.withLock { $0 } }

  /// Ends the callers and gives what they saw.
  func end() throws -> Tally {
    isOver.withLock { $0 = true }
    try eventually("the callers have ended") { running.withLock { $0 == 0 } }
    return tally
  }

  private func work(_ caller: Int) {
    var written = [Int](repeating: 0, count: 8)
    var acknowledged = written
    var http = try? RawHTTP(port: port)
    var turn = 0
    while !isOver.withLock({ $0 }) {
      turn += 1
      let place = turn / 2 % 8
      let target = "/v1/sessions/caller-\(caller)-\(place)"
      let clock = ContinuousClock()
      let start = clock.now
      if turn % 2 == 0 {
        written[place] += 1
        let body = Array("\(caller)/\(place)/\(written[place])".utf8)
        let answer = try? http?.exchange("PUT", target, body: body)
        note(answer?.status, "PUT", took: clock.now - start)
        if answer.map({ $0.status < 300 }) == true { acknowledged[place] = written[place] }
        if answer == nil { http = try? RawHTTP(port: port) }
      } else if written[place] > 0 {
        let answer = try? http?.exchange("GET", target)
        let isFound = answer?.status == 200
        let isMissing = answer?.status == 404
        note(isMissing ? 200 : answer?.status, "GET", took: clock.now - start)
        let number =
          isFound ? Self.number(answer!.text, caller, place) : isMissing ? 0 : nil
        judge(number, isRead: isFound || isMissing, acknowledged[place], written[place])
        // A loss is counted once.
        if let number, number < acknowledged[place] { acknowledged[place] = number }
        if answer == nil { http = try? RawHTTP(port: port) }
      }
    }
    running.withLock { $0 -= 1 }
  }

  /// The number in a payload that this caller wrote to this place.
  private static func number(_ text: String, _ caller: Int, _ place: Int) -> Int? {
    let parts = text.split(separator: "/").compactMap { Int($0) }
    return parts.count == 3 && parts[0] == caller && parts[1] == place ? parts[2] : nil
  }

  private func judge(_ number: Int?, isRead: Bool, _ acknowledged: Int, _ written: Int) {
    guard isRead else { return }
    total.withLock {
      guard let number, number <= written else {
        $0.foreign += 1
        return
      }
      if number < acknowledged { $0.lostWrites += 1 }
    }
  }

  private func note(_ status: Int?, _ method: String, took span: Duration) {
    total.withLock {
      $0.requests += 1
      $0.slowest = max($0.slowest, span)
      if span > .milliseconds(500) { $0.slow += 1 }
      guard let status, status < 300 else {
        $0.failures["\(method) \(status.map(String.init) ?? "connection")", default: 0] += 1
        return
      }
    }
  }
}
