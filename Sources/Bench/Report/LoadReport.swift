// The results of a run. In: a finished loop, and the server's CPU time if known. Out: figures, a
// table for people and JSON for programs (+Table, +JSON).

import Histogram
public import Primitives

/// The figures of a run.
public struct LoadReport: Sendable {
  /// The plan that was run.
  public let plan: LoadPlan
  /// The outcomes of the measured requests.
  public let tally: Tally
  /// How long the measurement lasted, in seconds.
  public let seconds: Double
  /// The CPU time that the server used during the measurement; nil when unknown.
  public let serverTime: TimeSpan?
  /// The CPU time that the load generator used during the measurement.
  public let ownTime: TimeSpan

  /// The figures of `loop`, which must have finished.
  public init(_ loop: borrowing LoadLoop, serverTime: TimeSpan?, ownTime: TimeSpan) {
    plan = loop.plan
    tally = loop.tally
    seconds = max(0, (loop.measured.to - loop.measured.from).seconds)
    self.serverTime = serverTime
    self.ownTime = ownTime
  }

  /// Requests answered per second, successfully or not.
  public var rate: Double { seconds > 0 ? Double(tally.answered) / seconds : 0 }

  /// Mebibytes of payloads read per second.
  public var mebibytesRead: Double {
    seconds > 0 ? Double(tally.bytesRead) / seconds / 1_048_576 : 0
  }

  /// The server's CPU time per response, in microseconds; nil when unknown, or without responses.
  public var serverMicroseconds: Double? {
    serverTime.flatMap { Self.microseconds($0, each: tally.answered) }
  }

  /// The load generator's own CPU time per response, in microseconds; nil without responses.
  public var ownMicroseconds: Double? { Self.microseconds(ownTime, each: tally.answered) }

  /// The reasons for failed requests, with counts; empty when none failed.
  public var failures: [(reason: String, count: Int)] {
    let statuses = tally.statuses.indices.filter { !(200...299).contains($0) }
    var failures = statuses.map { ("status \($0)", tally.statuses[$0]) }
    failures += [
      ("wrong payload", tally.wrongPayloads), ("connection lost", tally.lost),
      ("unreadable answer", tally.unreadable), ("no answer", tally.unanswered),
      ("due but not sent", tally.unsent),
    ]
    return failures.filter { $0.1 > 0 }.map { (reason: $0.0, count: $0.1) }
  }

  /// The percentiles that reports show.
  static let percentiles: [(name: String, value: Double)] = [
    ("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9),
  ]

  /// The distribution of the latencies in HdrHistogram's own format, in microseconds.
  public var distribution: String {
    var text = ""
    tally.all.outputPercentileDistribution(to: &text, outputValueUnitScalingRatio: 1_000)
    return text
  }

  private static func microseconds(_ time: TimeSpan, each count: Int) -> Double? {
    count > 0 ? Double(time.nanoseconds) / 1_000 / Double(count) : nil
  }
}
