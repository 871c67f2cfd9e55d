/// The outcome of reading the tokens file.
public enum TokensFacts: Equatable, Sendable {
  /// How many tokens it has, and for which namespaces, each once.
  case read(tokens: Int, namespaces: [String])
  /// The first mistake, and how many there are.
  case mistaken(String, count: Int)

  /// The namespaces of the tokens; nil if there are none.
  var namespaces: [String]? {
    if case .read(_, let namespaces) = self, !namespaces.isEmpty { namespaces } else { nil }
  }
}
