/// How many operations left together, as numbers in fixed memory: a count for each power of two.
public struct BatchSizes: Sendable, Equatable {
  private var counts = SIMD16<Int>(repeating: 0)

  /// Nothing counted yet.
  public init() {}

  /// How many ranges there are: up to 1, 2, 4, 8 ... 8,192 operations, and more.
  public static let ranges = 15

  /// How many batches had up to 2 to the power of `range` operations, and more than half as many.
  public subscript(range: Int) -> Int { counts[range] }

  mutating func count(_ size: Int) {
    precondition(size > 0, "an empty batch is none")
    let range = Int.bitWidth - (size - 1).leadingZeroBitCount
    counts[min(range, Self.ranges - 1)] += 1
  }
}
