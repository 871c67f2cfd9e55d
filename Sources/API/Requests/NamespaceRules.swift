import Sessions

/// One namespace's policy, as the decoder applies it. A value without references, since every write
/// reads it.
public struct NamespaceRules: Sendable {
  /// What a `PUT` must be protected by.
  let writes: WriteRule
  /// The largest payload, in bytes.
  let largestBody: Int
  /// How long a session lives at most, in seconds; 0 for no limit.
  let absoluteTimeout: Int
  /// The lease of a lock whose caller names none, in seconds.
  let lease: Int32
  /// The longest lease that a caller may name, in seconds.
  let longestLease: Int32

  /// The policy of a namespace in a gateway that accepts bodies of up to `largestBody` bytes.
  init(_ namespace: Namespace, largestBody: Int) {
    writes = namespace.writes
    self.largestBody = min(largestBody, namespace.largestBody ?? .max)
    absoluteTimeout = namespace.absoluteTimeout ?? 0
    lease = Int32(namespace.lease)
    longestLease = Int32(namespace.longestLease)
  }
}
