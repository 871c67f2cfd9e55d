public import Primitives

/// What is known of a session that was found.
public struct SessionFacts: Equatable, Sendable {
  /// The version of the write that stored it.
  public var version: SessionVersion
  /// After how many seconds without use it ends; never 0.
  public var expiresIn: Int
  /// Where in the reply's readable bytes the content type is.
  public var contentType: ByteRange
  /// How many bytes the payload has.
  public var payloadLength: Int
  /// Where in the reply's readable bytes the payload is: at their end. Empty after `inspect`.
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

/// The outcome of a command that was pending.
public struct Completion: Sendable {
  /// The ticket that the command was submitted with.
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
