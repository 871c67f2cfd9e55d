/// How many error replies of each kind there were.
public struct ErrorTally: Sendable, Equatable {
  private var counts = SIMD32<Int>(repeating: 0)

  /// Nothing counted yet.
  public init() {}

  /// The number of replies of a kind.
  public internal(set) subscript(kind: ErrorKind) -> Int {
    get { counts[Int(kind.rawValue)] }
    set { counts[Int(kind.rawValue)] = newValue }
  }

  /// Adds what was counted elsewhere.
  mutating func add(_ other: ErrorTally) { counts &+= other.counts }
}
