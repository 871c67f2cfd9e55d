// Text in columns and lines.

extension StringProtocol {
  /// The text with spaces behind it, up to `width` characters; at least `gap` of them.
  public func padded(to width: Int, gap: Int = 0) -> String {
    self + String(repeating: " ", count: Swift.max(gap, width - count))
  }

  /// The text with spaces in front of it, up to `width` characters.
  public func aligned(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }

  /// The text wrapped at spaces into lines of at most `width` characters; a longer word gets a line
  /// of its own.
  public func lines(of width: Int) -> [String] {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
