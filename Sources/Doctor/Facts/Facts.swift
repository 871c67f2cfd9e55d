// What was seen, before any judgement. The probes fill it in, the examination reads it, tests write
// it by hand. Its texts are names and addresses, never secrets.

public import Primitives

/// Everything that the doctor knows.
public struct Facts: Sendable {
  /// The time of the examination.
  public var now: UnixTime
  /// How many descriptors the gateway needs at most, and how many it may have.
  public var descriptors: (needed: Int, allowed: Int)
  /// The certificates in the files that the settings name.
  public var certificates: [CertificateFacts] = []
  /// The outcome of reading the tokens file; nil without one.
  public var tokens: TokensFacts?
  /// The limit of the memory store, and the machine's memory, in bytes; nil when there is a Redis.
  public var memory: (limit: Int, machine: Int)?
  /// The namespaces that have a policy but no token.
  public var strayPolicies: [String] = []
  /// The Redis; nil for the memory store, or when it was not asked.
  public var redis: RedisFacts?

  /// Facts that are still to be gathered, except for these.
  public init(now: UnixTime, descriptors: (needed: Int, allowed: Int)) {
    self.now = now
    self.descriptors = descriptors
  }
}
