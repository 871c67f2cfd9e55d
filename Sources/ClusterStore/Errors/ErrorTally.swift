/// How many error replies of each kind there were.
public struct ErrorTally: Sendable, Equatable {
  /// How many kinds there are.
  public static var kinds: Int { 21 }

  private var counts = InlineArray<21, Int>(repeating: 0)

  /// Nothing counted yet.
  public init() {
    precondition(ErrorKind.other.rawValue == Self.kinds - 1, "every kind has its count")
  }

  /// The number of replies of a kind.
  public internal(set) subscript(kind: ErrorKind) -> Int {
    get { counts[Int(kind.rawValue)] }
    set { counts[Int(kind.rawValue)] = newValue }
  }

  /// The number of replies of the kind with this raw value.
  public subscript(place: Int) -> Int { counts[place] }

  /// Adds what was counted elsewhere.
  mutating func add(_ other: ErrorTally) {
    for place in counts.indices { counts[place] += other.counts[place] }
  }

  /// Whether both have counted the same.
  public static func == (left: ErrorTally, right: ErrorTally) -> Bool {
    left.counts.indices.allSatisfy { left.counts[$0] == right.counts[$0] }
  }
}
