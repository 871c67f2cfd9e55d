// What a caller wants done with one session. Made by API out of a request, taken by a store. A value
// of integers and ranges: the request's bytes stay where they are, and the store copies what it
// needs before `submit` returns.

public import Primitives

/// What is to be done.
public enum Verb: Sendable {
  /// Read the payload and slide the idle timeout.
  case get
  /// Read the payload and leave the timeout alone.
  case peek
  /// Read what is known of the session without its payload, and leave the timeout alone.
  case inspect
  /// Create or replace.
  case put
  /// Slide the idle timeout.
  case touch
  /// Remove.
  case delete
  /// Acquire the lock, read the payload and slide the idle timeout.
  case lock
  /// Start the lease of a held lock anew and slide the idle timeout.
  case renew
  /// Release a held lock.
  case unlock

  /// Whether it changes more of a session than when it ends.
  public var changes: Bool {
    switch self {
    case .put, .delete, .lock, .renew, .unlock: true
    case .get, .peek, .inspect, .touch: false
    }
  }
}

/// What must be so for a command to act (RFC 9110 §13), decided by the store in one step with the
/// act.
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
  /// What must be so for it to be done.
  public var condition: Condition
  /// Whose session it is.
  public var namespace: NamespaceIndex
  /// Which session it is.
  public var id: SessionID
  /// The version that a `put` gives the session.
  public var version: SessionVersion
  /// The session's own idle timeout in seconds that a `put` sets; 0 for the namespace's.
  public var ownIdleTimeout: Int
  /// Whether a read must tell what was written last, for it is compared with what the caller knows.
  public var needsLatest: Bool
  /// How many seconds the session lives at most that a `put` makes; 0 for as the namespace says.
  public var absoluteTimeout: Int32
  /// Whether a `put` that holds the lock releases it.
  public var unlocks: Bool
  /// Whether others come first: a `lock` then finds the lock that its caller has already and leaves a
  /// free one alone, and an `unlock` leaves one alone that its caller has found again since.
  public var yields: Bool
  /// The lease in seconds that `lock` and `renew` set.
  public var lease: Int32
  /// The lock that the caller says it holds; a `put` or `delete` with one acts only if it does.
  public var heldLock: LockToken
  /// The token that a `lock` gives the caller if it acquires the lock.
  public var freshLock: LockToken
  /// By what a `lock` finds again a lock that it acquired before.
  public var lockRequest: LockRequest
  /// Where the list of versions of `Condition.matches` is in the request's bytes.
  public var versions: ByteRange
  /// Where the content type of a `put` is in the request's bytes; at most 255 bytes.
  public var contentType: ByteRange
  /// Where the payload of a `put` is in the request's bytes.
  public var payload: ByteRange
  /// When the caller stops waiting.
  public var deadline: Instant
  /// Given back with the outcome; tells the commands of a batch apart.
  public var tag: UInt32

  /// A command that acts without a condition on no session yet: API fills in the rest.
  public init(_ verb: Verb = .get) {
    self.verb = verb
    condition = .none
    namespace = NamespaceIndex(0)
    id = SessionID()
    version = SessionVersion(bits: 0)
    ownIdleTimeout = 0
    needsLatest = false
    absoluteTimeout = 0
    unlocks = false
    yields = false
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
