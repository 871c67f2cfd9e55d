// What callers saw, added up: answers, failures, how long a shard stood still, and what must never
// be.

/// What the callers of one shard saw.
struct ShardTally: Sendable {
  /// How many requests succeeded.
  var answered = 0
  /// When the last one did.
  var lastAnswer = ContinuousClock.now
  /// The longest time without one, and when it ended.
  var pause = Duration.zero
  var pauseEnd = ContinuousClock.now
  /// The longest that a request took.
  var slowest = Duration.zero
}

/// What all callers saw.
struct Tally: Sendable, CustomStringConvertible {
  /// Requests that were answered, whatever the answer.
  var requests = 0
  /// Answers that were no success, by method and status, and connections that broke.
  var failures: [String: Int] = [:]
  /// How many requests took longer than the deadline.
  var overdue = 0
  /// Acknowledged writes that are gone.
  var lost = 0
  /// Reads that gave an older version than a later read did.
  var stale = 0
  /// Writes of unknown outcome that came to pass after a later one was acknowledged.
  var late = 0
  /// Writes that were said not to have been carried out, and were.
  var undead = 0
  /// Reads of something that nobody wrote, or somebody else.
  var foreign = 0
  /// By shard.
  var shards = [ShardTally](repeating: ShardTally(), count: Checker.shards)

  /// The longest that a request took.
  var slowest: Duration { shards.map(\.slowest).max()! }

  /// How many requests failed.
  var failed: Int { failures.values.reduce(0, +) }

  /// The failures as words.
  var failureText: String {
    failures.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
  }

  var description: String {
    let pauses = shards.map { "\($0.pause.milliseconds)" }.joined(separator: "/")
    return "\(requests) requests, \(failed) failed [\(failureText)], slowest "
      + "\(slowest.milliseconds) ms, pauses \(pauses) ms, lost \(lost), stale \(stale), "
      + "late \(late), undead \(undead), foreign \(foreign), overdue \(overdue)"
  }

  mutating func note(
    shard: Int, failure: String?, from start: ContinuousClock.Instant,
    to end: ContinuousClock.Instant
  ) {
    requests += 1
    let took = end - start
    shards[shard].slowest = max(shards[shard].slowest, took)
    if took > Checker.deadline + Checker.grace { overdue += 1 }
    if let failure {
      failures[failure, default: 0] += 1
      return
    }
    shards[shard].answered += 1
    let pause = end - shards[shard].lastAnswer
    shards[shard].lastAnswer = end
    if pause > shards[shard].pause {
      shards[shard].pause = pause
      shards[shard].pauseEnd = end
    }
  }

  mutating func note(_ verdict: Verdict) {
    switch verdict {
    case .right, .older: break
    case .stale: stale += 1
    case .lost: lost += 1
    case .late: late += 1
    case .undead: undead += 1
    case .foreign: foreign += 1
    }
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int {
    Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
