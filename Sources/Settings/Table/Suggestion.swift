/// "Did you mean": the known name that a misspelled one comes closest to.
///
/// Closeness is the Damerau-Levenshtein distance (optimal string alignment): how many letters must
/// be inserted, removed, replaced or swapped with their neighbour. Lists of names are short and
/// names too, so the plain table does; names longer than 64 letters get no suggestion.

enum Suggestion {
  /// The nearest of `names`, unless even that differs in more than a third of its letters.
  static func nearest(to name: String, among names: [String]) -> String? {
    let wanted = name.lowercased()
    guard wanted.utf8.count <= 64 else { return nil }
    let ranked = names.map { (name: $0, distance: distance(wanted, $0.lowercased())) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.name.utf8.count / 3) ? best.name : nil
  }

  /// `did you mean X?`, or what to do without a name that is near enough.
  static func remedy(for name: String, among names: [String], otherwise: String) -> String {
    nearest(to: name, among: names).map { "did you mean \($0)?" } ?? otherwise
  }

  /// How many edits lie between two words.
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
