// What the replies to an operation's plain commands amount to: what is stored where nothing but Redis's
// own commands decides. What scripts decide stands in `Operation+Scripts`.

import Primitives
import Redis
import Sessions

extension Operation {
  /// What a reply amounts to.
  enum Step {
    /// Another reply is needed.
    case more
    /// The operation is done.
    case done(Outcome)
    /// The operation is done, and the timeout in Redis must be set to what the record there says.
    case correct(Outcome)
    /// The operation is done, and the timeout is to be slid at the primary: by what the record there says,
    /// where the one that was read names another timeout than the namespace's.
    case slide(Outcome, byRecord: Bool)
    /// A replica knows of no session: its primary is to be asked.
    case elsewhere
    /// Redis refused it without executing it, for a reason that may pass.
    case refused(RedisError)
    /// The repeat of a lost write was not done: the reply shows what is there instead of what it was to
    /// go again over.
    case changed
  }

  /// Takes the reply to its command number `index`.
  ///
  /// - Parameter wall: the time that absolute deadlines of what is read are compared with.
  mutating func take(_ reply: borrowing Reply, index: Int, wall: UnixTime) -> Step {
    if reply.kind == .error { return take(RedisError(reply.string()), index: index) }
    switch purpose {
    case .correction, .verification:
      return .done(.touched)
    case .session(let verb, let condition):
      if slidesApart || isFromReplica { return read(reply, index: index, verb, wall: wall) }
      return isScripted
        ? decided(reply, index: index, verb, wall: wall)
        : take(reply, index: index, verb, condition, wall: wall)
    }
  }

  /// The fault that its caller is told where it ends by this one: an earlier attempt may have been carried
  /// out. What that does to a read is nothing.
  func told(_ fault: StoreFault) -> StoreFault {
    guard isDoubtful, case .session(let verb, _) = purpose else { return fault }
    switch verb {
    case .get, .peek, .inspect: return fault
    case .put, .touch, .delete, .lock, .renew, .unlock: return .outcomeUnknown
    }
  }

  private mutating func take(_ error: RedisError, index: Int) -> Step {
    guard index == commandCount - 1 else {
      // The deciding command comes last and meets the same obstacle, unless this one is a script
      // or stages a record.
      existed = true
      first = error.lastingFault.map(First.failed) ?? .refused(error.kept)
      return .more
    }
    if error == .wrongType {
      // One that is too large here, and a session elsewhere: GETEX has slid it as if it had no time of its own.
      if slidesAtOnce { return .correct(.fault(.unreadable)) }
    } else if case .locked = first {
      // A lock's script came in front, and has acquired it.
      isDoubtful = true
    }
    return error.lastingFault.map { .done(.fault(told($0))) } ?? .refused(error)
  }

  private mutating func take(
    _ reply: borrowing Reply, index: Int, _ verb: Verb, _ condition: Condition, wall: UnixTime
  ) -> Step {
    switch (verb, index) {
    case (.get, _):
      return found(reply, wall: wall)
    case (.peek, 0), (.inspect, 0):
      millisecondsLeft = Int(reply.integer)
      return .more
    case (.peek, _), (.inspect, _):
      return refusalInFront() ?? seen(reply, whole: verb == .peek, wall: wall)
    case (.put, 0) where commandCount == 2, (.touch, 0):
      noteHeader(reply, wall: wall)
      return .more
    case (.put, _):
      return written(reply, condition)
    case (.touch, _):
      return refusalInFront() ?? slid(reply, condition)
    case (.delete, _):
      // A script's letter: a repeat was not done.
      if reply.kind == .string { return .changed }
      let missing = condition == .exists ? Outcome.conditionFailed(present: nil) : .missing
      return .done(reply.integer == 1 ? .deleted : missing)
    case (.lock, _), (.renew, _), (.unlock, _):
      preconditionFailure("what is done about a lock is decided by a script")
    }
  }

  /// The command in front was refused, and this one was not: what it would have told is missing. A
  /// read or a slide is done again; a `put` has happened, and is told without.
  func refusalInFront() -> Step? {
    switch first {
    case .refused(let error): .refused(error)
    case .failed(let fault): .done(.fault(told(fault)))
    case .passed, .missing, .held, .locked: nil
    }
  }

  /// What a read that does not slide by itself amounts to; a replica's "nothing there" to nothing.
  private mutating func read(
    _ reply: borrowing Reply, index: Int, _ verb: Verb, wall: UnixTime
  ) -> Step {
    let step = take(reply, index: index, verb, .none, wall: wall)
    switch step {
    case .done(.missing), .correct(.missing):
      return isFromReplica ? .elsewhere : .done(.missing)
    case .done(.found(let facts)):
      // PTTL and GET do not tell whether the record names a timeout of its own.
      return slidesApart ? .slide(.found(facts), byRecord: verb == .peek) : step
    case .correct(.found(let facts)):
      return slidesApart ? .slide(.found(facts), byRecord: true) : .done(.found(facts))
    default:
      return step
    }
  }

  /// GETEX: the record, which now has the namespace's idle timeout.
  private mutating func found(_ reply: borrowing Reply, wall: UnixTime) -> Step {
    guard reply.kind == .string else { return .done(.missing) }
    guard let header = RecordHeader(reply.bytes.bytes),
      header.recordLength == reply.bytes.count
    else { return .done(.fault(.unreadable)) }
    let own = header.ownIdleTimeout
    let idle = own == 0 ? idleMilliseconds : own * 1_000
    guard header.absoluteDeadline.milliseconds == 0 else {
      let left = header.millisecondsToDeadline(at: wall)
      if left <= 0 { return .correct(.missing) }
      let outcome = Outcome.found(facts(header, expiresIn: min(left, idle)))
      return min(left, idle) == idleMilliseconds ? .done(outcome) : .correct(outcome)
    }
    let outcome = Outcome.found(facts(header, expiresIn: idle))
    return idle == idleMilliseconds ? .done(outcome) : .correct(outcome)
  }

  func facts(
    _ header: borrowing RecordHeader, expiresIn milliseconds: Int
  ) -> SessionFacts {
    SessionFacts(
      version: header.version,
      expiresIn: max(1, IdleTimeout.secondsLeft(Int64(milliseconds))),
      contentType: header.contentType, payloadLength: header.payloadLength,
      payload: header.payload)
  }

  /// PTTL, then GET or GETRANGE: the record or its beginning.
  private func seen(_ reply: borrowing Reply, whole: Bool, wall: UnixTime) -> Step {
    guard reply.kind == .string, !reply.bytes.isEmpty, millisecondsLeft != -2 else {
      return .done(.missing)
    }
    guard let header = RecordHeader(reply.bytes.bytes),
      whole
        ? header.recordLength == reply.bytes.count
        : Int(header.contentType.upper) <= reply.bytes.count
    else { return .done(.fault(.unreadable)) }
    let left = header.millisecondsToDeadline(at: wall)
    if left <= 0 { return .done(.missing) }
    var facts = facts(header, expiresIn: min(left, millisecondsLeft))
    if !whole { facts.payload = ByteRange(reply.bytes.count, reply.bytes.count) }
    return .done(.found(facts))
  }

  /// GETRANGE: the header of a record, or nothing.
  private mutating func noteHeader(_ reply: borrowing Reply, wall: UnixTime) {
    existed = reply.kind == .string && !reply.bytes.isEmpty
    let header = RecordHeader(reply.bytes.bytes)
    ownIdleTimeout = header?.ownIdleTimeout ?? 0
    millisecondsLeft = header?.millisecondsToDeadline(at: wall) ?? .max
    if !existed { prior = .nothing } else if let header { prior = .version(header.version) }
  }

  /// SET: OK, or nil where NX or XX did not hold; a script's letter where a repeat was not done.
  private func written(_ reply: borrowing Reply, _ condition: Condition) -> Step {
    guard reply.kind == .status else {
      return reply.kind == .string ? .changed : .done(.conditionFailed(present: nil))
    }
    switch condition {
    case .none: return .done(existed ? .replaced(version) : .created(version))
    case .absent: return .done(.created(version))
    case .exists, .matches: return .done(.replaced(version))
    }
  }

  /// PEXPIRE: 1, or 0 when there is no such key. A record may have an absolute deadline although its
  /// namespace has none: another gateway's settings, or those of yesterday, gave it one.
  private func slid(_ reply: borrowing Reply, _ condition: Condition) -> Step {
    let missing = condition == .exists ? Outcome.conditionFailed(present: nil) : .missing
    guard reply.integer == 1 else { return .done(missing) }
    if millisecondsLeft <= 0 { return .correct(missing) }
    let own = ownIdleTimeout == 0 ? idleMilliseconds : ownIdleTimeout * 1_000
    return min(own, millisecondsLeft) == idleMilliseconds ? .done(.touched) : .correct(.touched)
  }
}

extension RecordHeader {
  /// How many milliseconds are left of the session however much it is used; a great many where it has
  /// no absolute deadline.
  func millisecondsToDeadline(at wall: UnixTime) -> Int {
    absoluteDeadline.milliseconds == 0
      ? .max : Int(absoluteDeadline.milliseconds - wall.milliseconds)
  }
}
