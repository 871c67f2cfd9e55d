public import Primitives

/// What is known of a session that was found.
public struct SessionFacts: Equatable, Sendable {
  /// Which write of the session this is.
  public var version: SessionVersion
  /// After how many seconds without use it ends; never 0.
  public var expiresIn: Int
  /// Where the content type is in the reply's readable bytes.
  public var contentType: ByteRange
  /// How many bytes the payload has.
  public var payloadLength: Int
  /// Where the payload is in the reply's readable bytes: at their end. Empty after `inspect`.
  public var payload: ByteRange

  /// The facts of a found session.
  public init(
    version: SessionVersion, expiresIn: Int, contentType: ByteRange, payloadLength: Int,
    payload: ByteRange
  ) {
    self.version = version
    self.expiresIn = expiresIn
    self.contentType = contentType
    self.payloadLength = payloadLength
    self.payload = payload
  }
}

/// How a command ended. Everything that is expected is a case; API has the one table that makes a
/// status of it.
public enum Outcome: Equatable, Sendable {
  /// The session was there; its bytes are in the reply.
  case found(SessionFacts)
  /// A `put` made a session.
  case created(SessionVersion)
  /// A `put` replaced a session.
  case replaced(SessionVersion)
  /// The idle timeout starts anew.
  case touched
  /// The session is gone.
  case deleted
  /// There is no such session.
  case missing
  /// The condition did not hold; nothing was changed. Where versions were listed and the session
  /// exists, `present` is the one it has.
  case conditionFailed(present: SessionVersion?)
  /// The caller holds the lock; the session's bytes are in the reply.
  case locked(SessionFacts, LockGrant)
  /// Somebody else holds the lock, acquired `age` seconds ago and free in `retryAfter` at the latest.
  case lockHeld(age: Int32, retryAfter: Int32)
  /// The caller does not hold the lock it named; nothing was changed.
  case lockLost
  /// The lease starts anew.
  case renewed
  /// The lock is free.
  case unlocked
  /// The store could not say or do it.
  case fault(StoreFault)
}

/// Why a store could not carry out a command, or does not know whether it did.
public enum StoreFault: Equatable, Sendable {
  /// Nobody who could do it is reachable; it was not done.
  case unavailable
  /// Too much waits already; it was not done.
  case overloaded
  /// The store has no room for the payload; it was not done.
  case storeFull
  /// The deadline passed before it was sent; it was not done.
  case deadlinePassed
  /// It was sent and no answer came; it may have been done.
  case outcomeUnknown
  /// The store refuses this gateway: credentials or permissions; it was not done.
  case notPermitted
  /// The store does not take writes for a reason its operator must mend; it was not done.
  case misconfigured
  /// What is stored under the session's key is not a session this version can read.
  case unreadable
}

/// The outcome of a command that was pending.
public struct Completion: Sendable {
  /// Whose command it was.
  public var ticket: Ticket
  /// The command's tag.
  public var tag: UInt32
  /// How it ended.
  public var outcome: Outcome

  /// A completion from its parts.
  public init(ticket: Ticket, tag: UInt32, outcome: Outcome) {
    self.ticket = ticket
    self.tag = tag
    self.outcome = outcome
  }
}
