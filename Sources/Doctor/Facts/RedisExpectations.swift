public import Primitives

/// What the settings say about the Redis, as far as examinations need it.
public struct RedisExpectations: Sendable {
  /// Whether `--redis-topology` demands a cluster.
  public var demandsCluster = false
  /// Whether `--redis-tls` is on.
  public var isEncrypted = false
  /// Whether there is a password.
  public var hasPassword = false
  /// The user's name.
  public var user = "default"
  /// Whether every seed is on this machine.
  public var isLocal = true
  /// The longest time that a request may take.
  public var deadline = TimeSpan.seconds(10)
  /// The bytes that all expected sessions will take in the primaries; nil when none were given.
  public var sessionBytes: Int?

  /// The settings' defaults.
  public init() {}
}
