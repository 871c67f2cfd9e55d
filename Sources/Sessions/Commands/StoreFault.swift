/// Why a store could not carry out a command, or does not know whether it did.
public enum StoreFault: Equatable, Sendable {
  /// No node that could do it is reachable; it was not done.
  case unavailable
  /// Too many commands wait already; it was not done.
  case overloaded
  /// The store has no room for the payload; it was not done.
  case storeFull
  /// The deadline passed before it was sent; it was not done.
  case deadlinePassed
  /// It was sent and no reply came; it may have been done.
  case outcomeUnknown
  /// The store refuses this gateway: credentials or permissions; it was not done.
  case notPermitted
  /// The store refuses the command for a reason that its operator must fix; it was not done.
  case misconfigured
  /// The value under the session's key is not a session that this version can read.
  case unreadable
}
