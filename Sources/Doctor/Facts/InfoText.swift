// Redis's lines of `name:value`: what INFO and CLUSTER INFO answer. Numbers are bounded, so that a
// sum of them never overflows, whatever a server claims.

/// An answer of lines `name:value`.
public struct InfoText: Equatable, Sendable {
  private let values: [String: String]
  /// Larger numbers are taken for this one: 2^53, more bytes than there are anywhere.
  private static let largest = 1 << 53

  /// Reads the lines; those that are empty, a heading or something else say nothing.
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

  /// The value called `name` as a number from 0 on; nil when it is none.
  public func count(_ name: String) -> Int? {
    values[name].flatMap(Int.init).map { min(max(0, $0), Self.largest) }
  }
}
