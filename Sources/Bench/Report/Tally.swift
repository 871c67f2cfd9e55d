// The outcomes of the measured requests. In: one record per request. Out: counts and histograms for
// the report. One per run; its size is fixed at the start.

public import Histogram
import Primitives

/// Counts and latencies of a run.
public struct Tally: Sendable {
  /// Latencies in nanoseconds, with three significant digits, up to 10 minutes.
  public typealias Latencies = Histogram<UInt64>

  private static let longest: UInt64 = 600_000_000_000

  /// Latencies of answered requests, by `LoadOperation.rawValue`.
  public private(set) var latencies: [Latencies]
  /// The number of responses by status code.
  public private(set) var statuses = [Int](repeating: 0, count: 600)
  /// Responses with a length or payload that no PUT of the load wrote.
  public internal(set) var wrongPayloads = 0
  /// Requests whose connection ended before the response was complete.
  public internal(set) var lost = 0
  /// Responses that violate RFC 9112, or are of unknown length.
  public internal(set) var unreadable = 0
  /// Requests without a response when the run ended.
  public internal(set) var unanswered = 0
  /// Requests that were due but never sent, because no connection was free.
  public internal(set) var unsent = 0
  /// Idle connections that the server ended.
  public internal(set) var idleEnded = 0
  /// Attempts to connect that failed after the start.
  public internal(set) var refusedConnections = 0
  /// Bytes of payloads.
  public internal(set) var bytesRead = 0

  init() {
    let empty = Latencies(
      lowestDiscernibleValue: 1_000, highestTrackableValue: Self.longest,
      numberOfSignificantValueDigits: .three)
    latencies = Array(repeating: empty, count: LoadOperation.allCases.count)
  }

  /// How many requests were answered, successfully or not.
  public var answered: Int { statuses.reduce(0, +) }

  /// How many requests were answered with 200 to 299 and the expected payload.
  public var succeeded: Int { statuses[200..<300].reduce(0, +) - wrongPayloads }

  /// How many requests failed in any way.
  public var failed: Int { answered - succeeded + lost + unreadable + unanswered + unsent }

  /// The latencies of all operations together.
  public var all: Latencies {
    var sum = latencies[0]
    for other in latencies.dropFirst() { sum.add(other) }
    return sum
  }

  /// Records a response that was complete `latency` after its request was due.
  mutating func answer(_ operation: LoadOperation, status: Int, latency: TimeSpan) {
    statuses[status] += 1
    let value = UInt64(max(0, latency.nanoseconds))
    latencies[operation.rawValue].record(min(value, Self.longest))
  }
}
