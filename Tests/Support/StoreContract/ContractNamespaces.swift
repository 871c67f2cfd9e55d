public import Sessions

/// The namespaces that the cases of the contract act in.
public enum ContractNamespaces {
  /// Where calls act unless they say otherwise; 1,200 seconds.
  public static let first = NamespaceIndex(0)
  /// Another one; 600 seconds.
  public static let second = NamespaceIndex(1)
  /// One whose sessions end after 2 seconds, for cases in which time passes.
  public static let brief = NamespaceIndex(2)
  /// One whose sessions end 4 seconds after they were created, and after 1,200 without use.
  public static let ending = NamespaceIndex(3)

  /// The list that a store under test is made with.
  ///
  /// - Parameter suffix: set apart by it, cases can share one Redis that keeps what others left.
  public static func list(suffix: String = "") -> NamespaceList {
    NamespaceList(
      [("first", 1_200, nil), ("second", 600, nil), ("brief", 2, nil), ("ending", 1_200, 4)].map {
        name, idleTimeout, absoluteTimeout in
        guard var namespace = Namespace(name: name + suffix, idleTimeout: idleTimeout) else {
          preconditionFailure("the suffix has only characters of a namespace's name")
        }
        namespace.absoluteTimeout = absoluteTimeout
        return namespace
      })
  }
}
