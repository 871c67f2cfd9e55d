// Callers who write numbered versions of their sessions and read them back, without end, and judge
// what they see. Each is a thread with a connection of its own and sessions of its own, all of them
// in one shard, so that a shard that stands still holds up nobody but its own callers.
//
// A read must give what was last acknowledged, or something later that this caller wrote. What is
// older is asked for again: it was stale if the right version turns up, and lost if it does not.

import Glibc
import Reactor
import Synchronization
import TestLab

/// Callers at work, and what they see.
final class Checker: Sendable {
  /// How many shards the sessions are divided among: thirds of the slots, whoever serves them.
  static let shards = 3
  /// The gateway's `--deadline`: the default in life, and otherwise so late that it comes only for
  /// what was forgotten, and not because the machine was busy.
  static let deadline = Duration.seconds(Lab.isLong ? 10 : 40)
  /// What a busy machine may add to it.
  static let grace = Duration.seconds(Lab.isLong ? 1.5 : 10)
  /// What a gateway before callers is told.
  static var flags: [String] { ["--deadline", "\(deadline.components.seconds)s"] }

  /// The slots that callers' sessions are in.
  let slots: [Int]
  private let port: Int
  private let isOver = Mutex(false)
  private let total = Mutex(Tally())
  private let running = Mutex(0)

  /// Starts callers against the gateway on `port`, and waits until each has written and read.
  init(port: Int, callersPerShard: Int = 6) throws {
    self.port = port
    let count = callersPerShard * Self.shards
    running.withLock { $0 = count }
    let run = UInt32.random(in: 0 ... .max)
    let callers = (0..<count).map { Caller($0, shard: $0 % Self.shards, run: run) }
    slots = callers.flatMap(\.slots)
    for caller in callers {
      let thread = try NamedThread.start(name: "caller-\(caller.number)") {
        var caller = caller
        self.work(&caller)
      }
      thread.abandon()
    }
    try eventually("there is traffic", within: .seconds(120)) {
      total.withLock { $0.requests } > 40 * count
    }
    begin()
  }

  /// Counts anew from here.
  func begin() {
    total.withLock { $0 = Tally() }
  }

  /// What was seen since.
  var tally: Tally { total.withLock { $0 } }

  /// How many requests of the shards other than `shard` succeeded.
  func answered(apart shard: Int) -> Int {
    tally.shards.enumerated().filter { $0.offset != shard }.reduce(0) { $0 + $1.element.answered }
  }

  /// Waits until each shard, or each but `shard`, has answered `count` more requests.
  func wait(
    forMore count: Int, apart shard: Int? = nil, within limit: Duration = .seconds(120)
  ) throws {
    let before = tally.shards.map(\.answered)
    try eventually("each shard answers", within: limit) {
      tally.shards.enumerated().allSatisfy {
        $0.offset == shard || $0.element.answered >= before[$0.offset] + count
      }
    }
  }

  /// Lets the callers end when they have an answer.
  func stop() { isOver.withLock { $0 = true } }

  /// Ends the callers and gives what they saw.
  func end() throws -> Tally {
    stop()
    try eventually("the callers have ended", within: .seconds(90)) { running.withLock { $0 == 0 } }
    return tally
  }

  private func work(_ caller: inout Caller) {
    var http = try? RawHTTP(port: port)
    while !isOver.withLock({ $0 }) {
      caller.turn += 1
      usleep(1_000)
      if caller.turn % 2 == 0 { write(&caller, &http) } else { read(&caller, &http) }
    }
    running.withLock { $0 -= 1 }
  }

  private func write(_ caller: inout Caller, _ http: inout RawHTTP?) {
    let (method, target, body) = caller.nextWrite()
    switch exchange(method, target, body, caller, &http) {
    case .success(let answer): caller.noteWrite(answer)
    case .refused: caller.noteRefusal()
    case .unknown: caller.noteWrite(nil)
    }
  }

  private func read(_ caller: inout Caller, _ http: inout RawHTTP?) {
    guard case .success(let answer) = exchange("GET", caller.target, nil, caller, &http)
    else { return }
    var verdict = caller.judge(answer)
    // Asked again, which nobody can have answered in the meantime: these sessions are this caller's.
    for _ in 0..<4 where verdict == .older {
      usleep(20_000)
      guard case .success(let again) = exchange("GET", caller.target, nil, caller, &http)
      else { return }
      if caller.judge(again) == .right { verdict = .stale }
    }
    if verdict == .right { return }
    if verdict == .older { verdict = .lost }
    if verdict != .stale { caller.accept(answer) }
    total.withLock { $0.note(verdict) }
  }

  private enum Exchanged {
    case success(RawHTTP.Response)
    /// It was said that the request was not carried out.
    case refused
    case unknown
  }

  /// One request, timed and counted.
  private func exchange(
    _ method: String, _ target: String, _ body: [UInt8]?, _ caller: Caller,
    _ http: inout RawHTTP?
  ) -> Exchanged {
    let start = ContinuousClock.now
    if http == nil { http = try? RawHTTP(port: port) }
    let answer = try? http?.exchange(method, target, body: body)
    if answer == nil { http = nil }
    let isGood = answer.map { $0.status < 300 || $0.status == 404 } ?? false
    let name = answer.map { "\(method) \($0.status)" } ?? "\(method) broken"
    total.withLock {
      $0.note(shard: caller.shard, failure: isGood ? nil : name, from: start, to: .now)
    }
    guard let answer else { return .unknown }
    return isGood ? .success(answer) : answer.status == 503 ? .refused : .unknown
  }
}
