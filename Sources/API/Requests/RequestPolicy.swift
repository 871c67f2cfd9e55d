// What a gateway and its namespaces allow requests.

public import Primitives
public import Sessions

/// The limits that the decoder applies.
public struct RequestPolicy: Sendable {
  /// The largest body, in bytes.
  public var largestBody: Int
  /// How long the store may take for a command.
  public var deadline: TimeSpan

  /// The policy of each namespace, by its index.
  public var namespaces: [NamespaceRules]

  /// A policy from its parts.
  public init(largestBody: Int, deadline: TimeSpan, namespaces: NamespaceList) {
    self.largestBody = largestBody
    self.deadline = deadline
    self.namespaces = namespaces.namespaces.map {
      NamespaceRules($0, largestBody: largestBody)
    }
  }
}
