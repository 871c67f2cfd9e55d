// What the answers of scripts mean: conditions, locks, and deadlines that Redis has decided on.

import Primitives
import Redis
import Sessions

extension Operation {
  /// Whether its record is first set under a key of its own, before a script looks at the session.
  var isStaged: Bool {
    guard case .session(.put, _) = purpose, isScripted else { return false }
    return commandCount == 2
  }

  /// Takes a reply to an operation that a script decides.
  mutating func decided(
    _ reply: borrowing Reply, index: Int, _ verb: Verb, wall: UnixTime
  ) -> Step {
    switch (verb, index) {
    case (.lock, 0):
      noteLock(reply)
      return commandCount == 2 ? .more : looked()
    case (.lock, _): return locked(reply, wall: wall)
    case (_, 0) where commandCount == 2: return .more
    default: return decided(ScriptAnswer(reply), verb)
    }
  }

  func decided(_ answer: ScriptAnswer?, _ verb: Verb) -> Step {
    switch answer {
    case .created: .done(.created(version))
    case .replaced: .done(.replaced(version))
    case .touched: .done(verb == .renew ? .renewed : .touched)
    case .deleted: .done(.deleted)
    case .released: .done(.unlocked)
    // Released before: by this operation itself, if its reply was lost, or by an earlier one.
    case .releasedBefore: .done(isDoubtful ? .unlocked : .lockLost)
    case .lockLost where verb == .unlock && isDoubtful: .done(.fault(.outcomeUnknown))
    case .missing: .done(.missing)
    case .lockLost: .done(.lockLost)
    case .conditionFailed(let present): .done(.conditionFailed(present: present))
    case .noRecord: .done(.fault(reportedFault(for: .unreadable)))
    case .changed where isLostWrite: .changed
    case .stagedGone:
      // The SET in front of it was refused, or its record's five seconds are over: nothing was
      // done.
      refusalInFront() ?? .refused(.tryAgain)
    case .held, .locked, .changed, nil: .done(.fault(.outcomeUnknown))
    }
  }

  /// The script's answer about a lock; the record follows.
  mutating func noteLock(_ reply: borrowing Reply) {
    switch ScriptAnswer(reply) {
    case .missing: first = .missing
    case .held(let age, let left): first = .held(age: age, left: left)
    case .locked(let token, let left):
      first = .locked(token)
      millisecondsLeft = Int(clamping: left)
    case .noRecord: first = .failed(.unreadable)
    default: first = .failed(.outcomeUnknown)
    }
  }

  /// What is to be done after a look at the lock, which has acquired nothing.
  private func looked() -> Step {
    switch first {
    case .held(_, left: 0), .locked: .acquire
    default: settledLock ?? refusalInFront() ?? .refused(.tryAgain)
    }
  }

  /// GET behind the script: the record, whose header shows whether the caller still has the lock.
  func locked(_ reply: borrowing Reply, wall: UnixTime) -> Step {
    if let step = settledLock ?? refusalInFront() { return step }
    guard case .locked(let token) = first else { return .refused(.tryAgain) }
    return locked(by: token, reply, wall: wall)
  }

  /// What the lock's script has decided without the record that follows it.
  var settledLock: Step? {
    switch first {
    case .missing: .done(.missing)
    case .held(let age, let left):
      .done(
        .lockHeld(
          age: Int32(clamping: age / 1_000),
          retryAfter: Int32(clamping: max(1, IdleTimeout.secondsLeft(Int64(clamping: left))))))
    case .passed, .refused, .failed, .locked: nil
    }
  }

  private func locked(by token: LockToken, _ reply: borrowing Reply, wall: UnixTime) -> Step {
    guard reply.kind == .string else { return .done(.missing) }
    guard let header = RecordHeader(whole: reply.bytes.bytes) else {
      return .done(.fault(.unreadable))
    }
    // Another write came between the two commands, and has already broken the lock.
    guard RecordHeader.lockToken(in: reply.bytes.bytes) == token else {
      return .refused(.tryAgain)
    }
    let idle = min(idle(own: header.ownIdleTimeout), header.millisecondsToDeadline(at: wall))
    let grant = LockGrant(token: token, expiresIn: IdleTimeout.secondsLeft(Int64(millisecondsLeft)))
    return .done(.locked(facts(header, expiresIn: idle), grant))
  }
}
