// Text helpers for the messages and tables about settings.

extension StringProtocol {
  /// The text without surrounding spaces and tabs.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
    return String(rest)
  }
}

extension [String] {
  /// `a`, `a or b`, `a, b or c`.
  var joinedWithOr: String {
    guard let last else { return "" }
    return count == 1 ? last : dropLast().joined(separator: ", ") + " or " + last
  }
}
