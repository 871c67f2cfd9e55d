import Primitives

/// What is known of a lock that somebody acquired, be its lease over or not.
struct LockFacts {
  /// What its holder was given.
  var token: LockToken
  /// How its holder asked for it.
  var request: LockRequest
  /// When it was acquired.
  var acquired: Instant
  /// When it ends unless it is renewed.
  var leaseEnd: Instant
  /// Whether its holder has found it again.
  var isFoundAgain = false

  /// What somebody else is told who wants it.
  func refusal(at instant: Instant) -> Outcome {
    let age = max(0, (instant - acquired).nanoseconds / 1_000_000_000)
    let left = IdleTimeout.secondsLeft((leaseEnd - instant).millisecondsRoundedUp)
    return .lockHeld(age: Int32(clamping: age), retryAfter: Int32(clamping: left))
  }
}

/// The place of a session's lock: eight bytes, since few sessions have one.
@safe
struct SessionLock: ~Copyable {
  private var memory: UnsafeMutablePointer<LockFacts>?

  /// A lock that nobody acquired.
  init() { unsafe memory = nil }

  deinit { unsafe memory?.deallocate() }

  /// How many bytes of a budget it takes.
  var cost: Int { unsafe memory == nil ? 0 : SharedSessions.lockOverhead }

  /// The lock, if somebody holds it now.
  func held(at instant: Instant) -> LockFacts? {
    guard let facts = unsafe memory?.pointee, facts.leaseEnd > instant else { return nil }
    return facts
  }

  /// Makes it somebody's.
  mutating func acquire(_ facts: LockFacts) {
    if unsafe memory == nil { unsafe memory = .allocate(capacity: 1) }
    unsafe memory!.initialize(to: facts)
  }

  /// Notes that its holder has found it again.
  mutating func findAgain() { unsafe memory?.pointee.isFoundAgain = true }

  /// Moves the end of the lease.
  mutating func extend(to end: Instant) { unsafe memory?.pointee.leaseEnd = end }

  /// Makes it nobody's.
  mutating func release() {
    unsafe memory?.deallocate()
    unsafe memory = nil
  }
}
