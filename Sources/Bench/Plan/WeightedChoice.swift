// Draws one of a few values by weight. In: random bits. Out: a value. Both the mix of operations
// and the payload sizes are drawn this way; `LoadNotation` reads them from text.
//
// Bounded: at most 64 values, each with a weight of at most 1,000,000.

/// Values with their relative frequencies.
public struct WeightedChoice<Value: Equatable & Sendable>: Equatable, Sendable {
  /// The most values.
  public static var limit: Int { 64 }

  /// The values with a weight above 0.
  public let values: [Value]
  /// The sums of the weights up to and including each value.
  private let sums: [UInt64]

  /// A choice among `weighted`, leaving out values of weight 0. Nil when none is left, when there
  /// are more than `limit`, or when a weight is negative or above 1,000,000.
  public init?(_ weighted: [(value: Value, weight: Int)]) {
    guard weighted.allSatisfy({ (0...1_000_000).contains($0.weight) }) else { return nil }
    let drawn = weighted.filter { $0.weight > 0 }
    guard (1...Self.limit).contains(drawn.count) else { return nil }
    values = drawn.map(\.value)
    var sum: UInt64 = 0
    sums = drawn.map { entry in
      sum += UInt64(entry.weight)
      return sum
    }
  }

  /// The index of the value that `bits` select.
  public func index(of bits: UInt64) -> Int {
    if values.count == 1 { return 0 }
    // The high half of the product spreads the bits evenly over the sum, without a division.
    let drawn = bits.multipliedFullWidth(by: sums[sums.count - 1]).high
    var index = 0
    while drawn >= sums[index] { index += 1 }
    return index
  }

  /// The value that `bits` select.
  public func value(of bits: UInt64) -> Value { values[index(of: bits)] }
}
