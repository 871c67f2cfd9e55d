// How long things took, in fixed memory: a count for each of 17 ranges, and the sum, from which a
// Prometheus histogram is made. One owner writes; copies are for adding up several.

/// Counts of durations by range.
public struct DurationCounts: Sendable {
  /// The upper bounds of all ranges but the last, in microseconds: 100 µs to 10 s.
  public static let bounds: InlineArray<16, Int64> = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
  ]

  /// How many durations were in each range; the last one has no bound.
  public private(set) var counts = InlineArray<17, Int>(repeating: 0)
  /// The sum of all durations, in microseconds.
  public private(set) var microseconds = 0

  /// Nothing counted yet.
  public init() {}

  /// What was counted elsewhere: how many durations were in each range, and their sum.
  public init(counts: InlineArray<17, Int>, microseconds: Int) {
    self.counts = counts
    self.microseconds = microseconds
  }

  /// How many ranges there are.
  public static let ranges = 17

  /// The range that a duration is in. The first seven bounds are repeated as literals, because
  /// reading the table is a call and a copy, twice per request.
  public static func range(of microseconds: Int64) -> Int {
    if microseconds <= 100 { return 0 }
    if microseconds <= 250 { return 1 }
    if microseconds <= 500 { return 2 }
    if microseconds <= 1_000 { return 3 }
    if microseconds <= 2_500 { return 4 }
    if microseconds <= 5_000 { return 5 }
    if microseconds <= 10_000 { return 6 }
    var range = 7
    while range < 16, bounds[range] < microseconds { range += 1 }
    return range
  }

  /// Counts one duration; a negative one counts as 0.
  public mutating func count(_ span: TimeSpan) {
    let microseconds = max(0, span.nanoseconds / 1_000)
    counts[Self.range(of: microseconds)] += 1
    self.microseconds += Int(microseconds)
  }

  /// Adds what another has counted.
  public mutating func add(_ other: DurationCounts) {
    for range in 0..<17 { counts[range] += other.counts[range] }
    microseconds += other.microseconds
  }

  /// How many durations were counted.
  public var total: Int {
    var total = 0
    for range in 0..<17 { total += counts[range] }
    return total
  }
}
