// Draws one of a few values by their weights. In: random bits. Out: a value. The mix of operations
// and the sizes of payloads are both drawn so; their texts are read by `LoadPlan`.
//
// Bounded: at most 64 values of a weight of at most a million each.

/// Values, each with how often it is drawn in relation to the others.
public struct WeightedChoice<Value: Equatable & Sendable>: Equatable, Sendable {
  /// The most values there may be.
  public static var limit: Int { 64 }

  /// The values that are drawn at all.
  public let values: [Value]
  // The sums of the weights up to and with each value.
  private let sums: [UInt64]

  /// A choice among `weighted`; values of weight 0 are left out. Nil when none is left, when there
  /// are more than `limit`, or when a weight is negative or above a million.
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

  /// The index of the value that `bits` draw.
  public func index(of bits: UInt64) -> Int {
    if values.count == 1 { return 0 }
    // The high half of the product spreads the bits evenly over the sum, without a division.
    let drawn = bits.multipliedFullWidth(by: sums[sums.count - 1]).high
    var index = 0
    while drawn >= sums[index] { index += 1 }
    return index
  }

  /// The value that `bits` draw.
  public func value(of bits: UInt64) -> Value { values[index(of: bits)] }
}
