/// The namespace that a command acts in, as a place in the gateway's list, so that a command holds
/// no string.
public struct NamespaceIndex: Hashable, Sendable {
  /// The place in `NamespaceList`.
  public let rawValue: UInt16

  /// The namespace at a place of the list.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }
}

/// All namespaces of a gateway, found by index. The list never changes while it serves.
public struct NamespaceList: Sendable {
  /// The namespaces in the order of their indices; never empty.
  public let namespaces: [Namespace]

  /// A list of at least one and at most 65,535 namespaces with different names.
  public init(_ namespaces: [Namespace]) {
    precondition(!namespaces.isEmpty, "a gateway serves at least one namespace")
    precondition(namespaces.count <= 65_535, "a namespace's index has 16 bits")
    self.namespaces = namespaces
  }

  /// The namespace at an index that this list gave out.
  public subscript(index: NamespaceIndex) -> Namespace { namespaces[Int(index.rawValue)] }
}
