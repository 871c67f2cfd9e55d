// What became of the measured requests. In: one record for each. Out: counts and histograms, which the
// report is made of. One a run; its size is fixed at the start.

public import Histogram
import Primitives

/// Counts and latencies of a run.
public struct Tally: Sendable {
  /// Latencies in nanoseconds, of three significant digits, up to ten minutes.
  public typealias Latencies = Histogram<UInt64>

  private static let longest: UInt64 = 600_000_000_000

  /// Latencies of answered requests, by `LoadOperation.rawValue`.
  public private(set) var latencies: [Latencies]
  /// How many answers there were, by status code.
  public private(set) var statuses = [Int](repeating: 0, count: 600)
  /// Answers whose length or payload was not what was put.
  public internal(set) var wrongPayloads = 0
  /// Requests whose connection ended before they were answered.
  public internal(set) var lost = 0
  /// Answers that are not HTTP as RFC 9112 has it, or of unknown length.
  public internal(set) var unreadable = 0
  /// Requests without an answer when the run ended.
  public internal(set) var unanswered = 0
  /// Requests that were due but never sent, for want of a free connection.
  public internal(set) var unsent = 0
  /// Idle connections that the server ended.
  public internal(set) var idleEnded = 0
  /// Connections that could not be made.
  public internal(set) var refusedConnections = 0
  /// Bytes of answers' bodies.
  public internal(set) var bytesRead = 0

  init() {
    let empty = Latencies(
      lowestDiscernibleValue: 1_000, highestTrackableValue: Self.longest,
      numberOfSignificantValueDigits: .three)
    latencies = Array(repeating: empty, count: LoadOperation.allCases.count)
  }

  /// How many requests were answered, well or not.
  public var answered: Int { statuses.reduce(0, +) }

  /// How many requests were answered 200 to 299, with the payload that was expected.
  public var succeeded: Int { statuses[200..<300].reduce(0, +) - wrongPayloads }

  /// How many requests failed, in whatever way.
  public var failed: Int { answered - succeeded + lost + unreadable + unanswered + unsent }

  /// The latencies of all operations together.
  public var all: Latencies {
    var sum = latencies[0]
    for other in latencies.dropFirst() { sum.add(other) }
    return sum
  }

  /// Records an answer that came `latency` after its request was due.
  mutating func answer(_ operation: LoadOperation, status: Int, latency: TimeSpan) {
    statuses[status] += 1
    let value = UInt64(max(0, latency.nanoseconds))
    latencies[operation.rawValue].record(min(value, Self.longest))
  }
}
