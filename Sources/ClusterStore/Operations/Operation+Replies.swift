// What the replies to an operation's plain commands mean. `Operation+Scripts` reads what scripts
// answer.

import Primitives
import Redis
import Sessions

extension Operation {
  /// What a reply means for its operation.
  enum Step {
    /// Another reply is needed.
    case more
    /// The operation is done.
    case done(Outcome)
    /// The operation is done, and the timeout in Redis must be set by the record that is there.
    case correct(Outcome)
    /// The operation is done, and the timeout is to be slid at the primary: by the primary's
    /// record, if the one that was read names another timeout than the namespace's.
    case slide(Outcome, byRecord: Bool)
    /// The lock is free, or the caller's already: it is to be acquired.
    case acquire
    /// A replica knows of no session: the primary is to be asked.
    case elsewhere
    /// Redis refused it without executing it, for a reason that may pass.
    case refused(RedisError)
    /// The repeat of a lost write was not carried out: the reply shows what is there in place of
    /// what it was to be repeated over.
    case changed
  }

  /// Takes the reply to its command number `index`.
  ///
  /// - Parameter wall: the time with which absolute deadlines in records are compared.
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

  /// The fault to report to the caller. If an earlier attempt may have been carried out, the
  /// outcome is unknown, except for a read, which changes nothing.
  func reportedFault(for fault: StoreFault) -> StoreFault {
    guard isDoubtful, case .session(let verb, _) = purpose else { return fault }
    switch verb {
    case .get, .peek, .inspect: return fault
    case .put, .touch, .delete, .lock, .renew, .unlock: return .outcomeUnknown
    }
  }

  private mutating func take(_ error: RedisError, index: Int) -> Step {
    guard index == commandCount - 1 else {
      // The deciding command comes last and will meet the same obstacle, unless this one is a
      // script or stages a record.
      existed = true
      first = error.lastingFault.map(First.failed) ?? .refused(error.kept)
      return .more
    }
    if let step = settledLock { return step }
    if error == .wrongType {
      // GETEX has slid a session that is too large to be kept here as if it named no timeout of its
      // own.
      if slidesAtOnce { return .correct(.fault(.unreadable)) }
    } else if case .locked = first {
      // The lock's script in front of it has acquired the lock.
      isDoubtful = true
    }
    return error.lastingFault.map { .done(.fault(reportedFault(for: $0))) } ?? .refused(error)
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
      // A string is a script's answer: the repeat was not carried out.
      if reply.kind == .string { return .changed }
      let missing = condition == .exists ? Outcome.conditionFailed(present: nil) : .missing
      return .done(reply.integer == 1 ? .deleted : missing)
    case (.lock, _), (.renew, _), (.unlock, _):
      preconditionFailure("what is done about a lock is decided by a script")
    }
  }

  /// What to do when the command in front was refused and this one was not, so that its information
  /// is missing: a read or a slide is done again. A `put` has happened, and reports without it.
  func refusalInFront() -> Step? {
    switch first {
    case .refused(let error): .refused(error)
    case .failed(let fault): .done(.fault(reportedFault(for: fault)))
    case .passed, .missing, .held, .locked: nil
    }
  }

  /// What a reply to a read means that does not slide by itself. A replica that finds nothing
  /// decides nothing.
  private mutating func read(
    _ reply: borrowing Reply, index: Int, _ verb: Verb, wall: UnixTime
  ) -> Step {
    let step = take(reply, index: index, verb, .none, wall: wall)
    switch step {
    case .done(.missing), .correct(.missing):
      return isFromReplica ? .elsewhere : .done(.missing)
    case .done(.found(let facts)):
      // PTTL and GET do not show whether the record names a timeout of its own.
      return slidesApart ? .slide(.found(facts), byRecord: verb == .peek) : step
    case .correct(.found(let facts)):
      return slidesApart ? .slide(.found(facts), byRecord: true) : .done(.found(facts))
    default:
      return step
    }
  }

  /// GETEX: the record, whose timeout is now the namespace's.
  private mutating func found(_ reply: borrowing Reply, wall: UnixTime) -> Step {
    guard reply.kind == .string else { return .done(.missing) }
    guard let header = RecordHeader(whole: reply.bytes.bytes) else {
      return .done(.fault(.unreadable))
    }
    let idle = idle(own: header.ownIdleTimeout)
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

  /// PTTL, then GET or GETRANGE: the record, or as much of it as has the longest content type.
  private func seen(_ reply: borrowing Reply, whole: Bool, wall: UnixTime) -> Step {
    guard reply.kind == .string, !reply.bytes.isEmpty, millisecondsLeft != -2 else {
      return .done(.missing)
    }
    let most = whole ? Int.max : RecordHeader.length + RecordHeader.longestContentType
    guard let header = RecordHeader(reply.bytes.bytes),
      reply.bytes.count == min(header.recordLength, most)
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

  /// SET: OK, or nil if NX or XX did not hold; a script's string if a repeat was not carried out.
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

  /// PEXPIRE: 1, or 0 if there is no such key. A record may have an absolute deadline although its
  /// namespace has none: written under another gateway's settings or under earlier ones.
  private func slid(_ reply: borrowing Reply, _ condition: Condition) -> Step {
    let missing = condition == .exists ? Outcome.conditionFailed(present: nil) : .missing
    guard reply.integer == 1 else { return .done(missing) }
    if millisecondsLeft <= 0 { return .correct(missing) }
    let idle = min(idle(own: ownIdleTimeout), millisecondsLeft)
    return idle == idleMilliseconds ? .done(.touched) : .correct(.touched)
  }

  /// The idle timeout in milliseconds of a session whose record names `own` seconds, or 0 for the
  /// namespace's.
  func idle(own: Int) -> Int { own == 0 ? idleMilliseconds : own * 1_000 }
}

extension RecordHeader {
  /// The header of a record that has arrived whole; nil if the bytes are not exactly that.
  init?(whole bytes: RawSpan) {
    self.init(bytes)
    guard recordLength == bytes.byteCount else { return nil }
  }

  /// How many milliseconds the session has left, however much it is used; `Int.max` if it has no
  /// absolute deadline.
  func millisecondsToDeadline(at wall: UnixTime) -> Int {
    absoluteDeadline.milliseconds == 0
      ? .max : Int(absoluteDeadline.milliseconds - wall.milliseconds)
  }
}
