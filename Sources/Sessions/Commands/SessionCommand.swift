// What a caller wants done with one session. API makes it from a request; a store takes it. It is a
// value of integers and ranges: the request's bytes stay where they are, and the store copies what
// it needs before `submit` returns.

public import Primitives

/// What is to be done.
public enum Verb: Sendable {
  /// Read the payload and slide the idle timeout.
  case get
  /// Read the payload and leave the timeout alone.
  case peek
  /// Read the session's facts without its payload, and leave the timeout alone.
  case inspect
  /// Create or replace.
  case put
  /// Slide the idle timeout.
  case touch
  /// Remove.
  case delete
  /// Acquire the lock, read the payload and slide the idle timeout.
  case lock
  /// Restart the lease of a held lock and slide the idle timeout.
  case renew
  /// Release a held lock.
  case unlock

  /// Whether it changes more of a session than the time of its end.
  public var changes: Bool {
    switch self {
    case .put, .delete, .lock, .renew, .unlock: true
    case .get, .peek, .inspect, .touch: false
    }
  }
}

/// What must hold for a command to be carried out (RFC 9110 §13). The store decides it and acts in
/// one atomic step.
public enum Condition: Equatable, Sendable {
  /// Nothing.
  case none
  /// The session exists: `If-Match: *`.
  case exists
  /// The session does not exist: `If-None-Match: *`.
  case absent
  /// The session has one of the versions that the command lists: `If-Match: "…"`.
  case matches
}

/// One command on one session.
public struct SessionCommand: Sendable {
  /// What is to be done.
  public var verb: Verb
  /// What must hold for it to be done.
  public var condition = Condition.none
  /// The session's namespace.
  public var namespace = NamespaceIndex(0)
  /// The session's id.
  public var id = SessionID()
  /// The version that a `put` gives the session.
  public var version = SessionVersion(bits: 0)
  /// The session's own idle timeout in seconds, which a `put` sets; 0 for the namespace's.
  public var ownIdleTimeout = 0
  /// Whether a read must return the latest write, because it is compared with a version that the
  /// caller knows.
  public var needsLatest = false
  /// The absolute timeout in seconds of a session that a `put` creates; 0 for the namespace's.
  public var absoluteTimeout: Int32 = 0
  /// Whether a `put` that holds the lock releases it.
  public var unlocks = false
  /// Whether waiters come first. A yielding `lock` only finds a lock that its caller already holds,
  /// and never takes a free one; a yielding `unlock` leaves a lock that its caller has found again
  /// since.
  public var yields = false
  /// Whether a `lock` was refused before and will probably be refused again. Then the store may look
  /// first whether it is free, so that waiting moves no payload.
  public var expectsRefusal = false
  /// The lease in seconds that `lock` and `renew` set.
  public var lease: Int32 = Int32(Lease.standard)
  /// The lock that the caller says it holds; a `put` or `delete` that names one acts only if it
  /// does.
  public var heldLock = LockToken.none
  /// The token that a `lock` gives the caller if it acquires the lock.
  public var freshLock = LockToken.none
  /// Identifies a `lock`, so that repeating it finds the lock that it acquired before.
  public var lockRequest = LockRequest.none
  /// Where the list of versions of `Condition.matches` is in the request's bytes.
  public var versions = ByteRange.empty
  /// Where the content type of a `put` is in the request's bytes; at most 255 bytes.
  public var contentType = ByteRange.empty
  /// Where the payload of a `put` is in the request's bytes.
  public var payload = ByteRange.empty
  /// When the caller stops waiting.
  public var deadline = Instant.never
  /// Returned with the outcome, to tell the commands of a batch apart.
  public var tag: UInt32 = 0

  /// A command without a condition and without a session; API fills in the rest.
  public init(_ verb: Verb = .get) { self.verb = verb }

  /// Makes it a command without a condition and without a session again. Only the length of the id is
  /// written, and not its 256 bytes.
  public mutating func reset() {
    verb = .get
    condition = .none
    namespace = NamespaceIndex(0)
    id.clear()
    version = SessionVersion(bits: 0)
    ownIdleTimeout = 0
    needsLatest = false
    absoluteTimeout = 0
    unlocks = false
    yields = false
    expectsRefusal = false
    lease = Int32(Lease.standard)
    heldLock = .none
    freshLock = .none
    lockRequest = .none
    versions = .empty
    contentType = .empty
    payload = .empty
    deadline = .never
    tag = 0
  }
}
