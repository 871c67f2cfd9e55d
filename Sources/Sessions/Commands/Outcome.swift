/// How a command ended. Every expected end is a case; API has the one table that maps them to
/// statuses.
public enum Outcome: Equatable, Sendable {
  /// The session was there; its bytes are in the reply.
  case found(SessionFacts)
  /// A `put` created a session.
  case created(SessionVersion)
  /// A `put` replaced a session.
  case replaced(SessionVersion)
  /// The idle timeout was restarted.
  case touched
  /// The session was removed.
  case deleted
  /// There is no such session.
  case missing
  /// The condition did not hold; nothing was changed. If versions were listed and the session
  /// exists, `present` is its version.
  case conditionFailed(present: SessionVersion?)
  /// The caller holds the lock; the session's bytes are in the reply.
  case locked(SessionFacts, LockGrant)
  /// Another caller acquired the lock `age` seconds ago; its lease ends in at most `retryAfter`
  /// seconds unless renewed.
  case lockHeld(age: Int32, retryAfter: Int32)
  /// The caller does not hold the lock it named; nothing was changed.
  case lockLost
  /// The lease was restarted.
  case renewed
  /// The lock was released.
  case unlocked
  /// The store could not carry out the command, or it is unknown whether it did.
  case fault(StoreFault)
}
