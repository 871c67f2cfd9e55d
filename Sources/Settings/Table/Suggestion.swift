// "Did you mean": the known name closest to a misspelled one.
//
// The measure is the Damerau-Levenshtein distance (optimal string alignment): how many letters must
// be inserted, removed, replaced or swapped with a neighbour. Names and lists of names are short,
// so the plain algorithm suffices. Bounded: names longer than 64 letters get no suggestion.

enum Suggestion {
  /// The nearest of `names`; nil if even that one differs in more than a third of its letters, and
  /// in more than one.
  static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = name.lowercased()
    guard wanted.utf8.count <= 64 else { return nil }
    let ranked = names.map { (name: $0, distance: distance(wanted, $0.lowercased())) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.name.utf8.count / 3) ? best.name : nil
  }

  /// `did you mean X?`, or `otherwise` if no name is near enough.
  static func remedy(for name: String, among names: [String], otherwise: String) -> String {
    nearest(to: name, among: names).map { "did you mean \($0)?" } ?? otherwise
  }

  /// The number of edits between two words.
  static func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    var before = [Int](repeating: 0, count: right.count + 1)
    var above = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let replaced = above[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(replaced, above[column + 1] + 1, current[column] + 1)
        let swapped =
          row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
        if swapped { best = min(best, before[column - 1] + 1) }
        current.append(best)
      }
      (before, above) = (above, current)
    }
    return above[right.count]
  }
}
