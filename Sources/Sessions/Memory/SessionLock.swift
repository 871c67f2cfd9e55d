import Primitives

/// What is known of a lock that was acquired, whether or not its lease has ended.
struct LockFacts {
  /// The token that its holder was given.
  var token: LockToken
  /// The digest of the request that acquired it.
  var request: LockRequest
  /// When it was acquired.
  var acquired: Instant
  /// When its lease ends unless renewed.
  var leaseEnd: Instant
  /// Whether its holder has found it again.
  var isFoundAgain = false

  /// The outcome for another caller that wants the lock.
  func refusal(at instant: Instant) -> Outcome {
    let age = max(0, (instant - acquired).nanoseconds / 1_000_000_000)
    let left = IdleTimeout.secondsLeft((leaseEnd - instant).millisecondsRoundedUp)
    return .lockHeld(age: Int32(clamping: age), retryAfter: Int32(clamping: left))
  }
}

/// A session's lock: eight bytes unless it was acquired, since few sessions have one.
@safe
struct SessionLock: ~Copyable {
  private var memory: UnsafeMutablePointer<LockFacts>?

  /// A lock that has not been acquired.
  init() { unsafe memory = nil }

  deinit { unsafe memory?.deallocate() }

  /// How many bytes of the budget it takes.
  var cost: Int { unsafe memory == nil ? 0 : SharedSessions.lockOverhead }

  /// What is known of the lock, if it is held at `instant`; else nil.
  func held(at instant: Instant) -> LockFacts? {
    guard let facts = unsafe memory?.pointee, facts.leaseEnd > instant else { return nil }
    return facts
  }

  /// Gives the lock to a holder.
  mutating func acquire(_ facts: LockFacts) {
    if unsafe memory == nil { unsafe memory = .allocate(capacity: 1) }
    unsafe memory!.initialize(to: facts)
  }

  /// Notes that its holder has found it again.
  mutating func findAgain() { unsafe memory?.pointee.isFoundAgain = true }

  /// Moves the end of the lease.
  mutating func extend(to end: Instant) { unsafe memory?.pointee.leaseEnd = end }

  /// Frees the lock and its memory.
  mutating func release() {
    unsafe memory?.deallocate()
    unsafe memory = nil
  }
}
