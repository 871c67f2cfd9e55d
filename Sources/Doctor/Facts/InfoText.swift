// Lines of `name:value`, as in the replies to INFO and CLUSTER INFO. Numbers are bounded, so that
// sums of them never overflow, whatever a server claims.

/// An answer made of `name:value` lines.
public struct InfoText: Equatable, Sendable {
  private let values: [String: String]
  /// Larger numbers are reduced to this one: 2^53, more bytes than any machine has.
  private static let largest = 1 << 53

  /// Reads the lines; those that are empty, headings or anything else are skipped.
  public init(_ text: String) {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      values[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    self.values = values
  }

  /// The value called `name`.
  public subscript(name: String) -> String? { values[name] }

  /// The value called `name` as a number from 0 to 2^53; nil when it is not a number.
  public func count(_ name: String) -> Int? {
    values[name].flatMap(Int.init).map { min(max(0, $0), Self.largest) }
  }
}
