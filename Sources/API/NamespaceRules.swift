import Sessions

/// What the decoder goes by in one namespace. A value without references, since it is looked at for
/// each write.
public struct NamespaceRules: Sendable {
  /// What a `PUT` must come with.
  let writes: WriteRule
  /// The largest payload, in bytes.
  let largestBody: Int
  /// How long a session lives at most, in seconds; 0 for no end.
  let absoluteTimeout: Int
  /// The lease in seconds of who names none.
  let lease: Int32
  /// The longest lease in seconds that may be named.
  let longestLease: Int32

  /// The rules of a namespace in a gateway that takes bodies of so many bytes.
  init(_ namespace: Namespace, largestBody: Int) {
    writes = namespace.writes
    self.largestBody = min(largestBody, namespace.largestBody ?? .max)
    absoluteTimeout = namespace.absoluteTimeout ?? 0
    lease = Int32(namespace.lease)
    longestLease = Int32(namespace.longestLease)
  }
}
