/// A lock that a caller holds.
public struct LockGrant: Equatable, Sendable {
  /// The token that proves it.
  public var token: LockToken
  /// After how many seconds its lease ends unless renewed; never 0.
  public var expiresIn: Int32

  /// A grant from its parts.
  public init(token: LockToken, expiresIn: Int) {
    self.token = token
    self.expiresIn = Int32(clamping: expiresIn)
  }
}
