/// How many elements were destroyed.
final class Tally {
  var destroyed = 0
}

/// An element that is destroyed once, and counts it.
struct Counted: ~Copyable {
  let number: Int
  let tally: Tally

  /// The number of an element that is then destroyed.
  static func number(_ element: consuming Counted?) -> Int? {
    switch consume element {
    case .some(let element): element.number
    case .none: nil
    }
  }

  deinit { tally.destroyed += 1 }
}
