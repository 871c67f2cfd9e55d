public import Sessions

/// The namespaces that the cases of the contract act in.
public enum ContractNamespaces {
  /// Where calls act unless they say otherwise; 1,200 seconds.
  public static let first = NamespaceIndex(0)
  /// Another one; 600 seconds.
  public static let second = NamespaceIndex(1)
  /// One whose sessions end after 2 seconds, for cases in which time passes.
  public static let brief = NamespaceIndex(2)

  /// The list that a store under test is made with.
  ///
  /// - Parameter suffix: set apart by it, cases can share one Redis that keeps what others left.
  public static func list(suffix: String = "") -> NamespaceList {
    NamespaceList(
      [("first", 1_200), ("second", 600), ("brief", 2)].map { name, idleTimeout in
        guard let namespace = Namespace(name: name + suffix, idleTimeout: idleTimeout) else {
          preconditionFailure("the suffix has only characters of a namespace's name")
        }
        return namespace
      })
  }
}
