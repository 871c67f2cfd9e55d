/// How many operations each batch had: a histogram in fixed memory, one count for each power of
/// two.
public struct BatchSizes: Sendable, Equatable {
  private var counts = SIMD16<Int>(repeating: 0)

  /// Nothing counted yet.
  public init() {}

  /// The number of ranges: up to 1, 2, 4, 8 ... 8,192 operations, and more.
  public static let ranges = 15

  /// The number of batches with at most 2 to the power of `range` operations, but more than half as
  /// many.
  public subscript(range: Int) -> Int { counts[range] }

  mutating func count(_ size: Int) {
    precondition(size > 0, "an empty batch is none")
    let range = Int.bitWidth - (size - 1).leadingZeroBitCount
    counts[min(range, Self.ranges - 1)] += 1
  }
}
