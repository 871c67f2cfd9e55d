// One command of the gateway's on its way through Redis: which RESP commands it becomes, and what
// their replies amount to. A pure machine: replies in, a step out.
//
// The commands of an operation go to one node in one piece, the deciding one last:
//
//   get      GETEX key PX idle
//   peek     PTTL key, GET key
//   inspect  PTTL key, GETRANGE key 0 350
//   put      GETRANGE key 0 95, SET key record PX idle        (201 and 204 are told by the former)
//            SET key record PX idle NX | XX                   (where a condition tells them)
//   touch    GETRANGE key 0 95, PEXPIRE key idle
//   delete   UNLINK key
//
// Redis applies the namespace's idle timeout, the only one known before the record is read. When the
// record names a timeout of its own, a correcting PEXPIRE follows at once on the same connection.

import Primitives
import Redis
import Sessions

/// An operation under way.
struct Operation {
  /// What the operation is for.
  enum Purpose {
    /// A caller's command.
    case session(Verb, Condition)
    /// The correction of a timeout; nobody waits for it.
    case correction
    /// The question whether a write that was handed over and lost was carried out; the write waits.
    case verification(of: Ticket)
  }

  /// What was under the key before a `put` wrote, as far as its own reading told.
  enum Prior: Equatable {
    /// Its reading was not answered.
    case unknown
    /// Nothing.
    case nothing
    /// A session of this version.
    case version(SessionVersion)
  }

  /// What a reply amounts to.
  enum Step {
    /// Another reply is needed.
    case more
    /// The operation is done.
    case done(Outcome)
    /// The operation is done, and the timeout in Redis must be set to these milliseconds.
    case correct(Outcome, milliseconds: Int)
    /// Redis refused it without executing it, for a reason that may pass.
    case refused(RedisError)
  }

  let purpose: Purpose
  let ticket: Ticket
  let tag: UInt32
  let deadline: Instant
  let slot: UInt16
  let namespace: NamespaceIndex
  /// The id; kept for the correction of a timeout.
  let id: SessionID
  /// The version that a `put` writes.
  let version: SessionVersion
  /// The namespace's idle timeout.
  let idleMilliseconds: Int
  /// How long each RESP command is; the second is 0 when there is but one.
  var commandLengths: (Int, Int) = (0, 0)
  /// How often it was sent.
  var attempts = 0
  /// The node whose pipeline holds it; `.none` while it is parked.
  var link: Ticket = .none
  /// Its entry in that pipeline.
  var sequence: UInt64 = 0

  /// Whether an attempt was handed to a connection that was lost: it may have been carried out.
  var isDoubtful = false
  /// What the `put` that may have been carried out had seen before it.
  private(set) var prior = Prior.unknown

  /// The question after its fate that is under way.
  var verification: Ticket = .none

  private var existed = false
  private var ownIdleTimeout = 0
  private var millisecondsLeft = 0

  init(
    _ purpose: Purpose, command: borrowing SessionCommand, ticket: Ticket, slot: UInt16,
    idleMilliseconds: Int
  ) {
    self.purpose = purpose
    self.ticket = ticket
    tag = command.tag
    deadline = command.deadline
    self.slot = slot
    namespace = command.namespace
    id = command.id
    version = command.version
    self.idleMilliseconds = idleMilliseconds
  }

  /// How many RESP commands it becomes.
  var commandCount: Int { commandLengths.1 == 0 ? 1 : 2 }

  /// Whether doing it twice is the same as doing it once, whatever others do in between. A `put`
  /// could undo another's write and a `delete` another's session, so theirs is no.
  var isRepeatable: Bool {
    switch purpose {
    case .correction, .verification: true
    case .session(.get, _), .session(.peek, _), .session(.inspect, _), .session(.touch, _): true
    case .session(.put, _), .session(.delete, _): false
    }
  }

  /// The correction of this operation's session's timeout.
  func corrected(by deadline: Instant) -> Operation {
    Operation(.correction, on: self, deadline: deadline)
  }

  /// The question whether this operation, whose ticket is `handle`, was carried out.
  func verified(as handle: Ticket) -> Operation {
    Operation(.verification(of: handle), on: self, deadline: deadline)
  }

  private init(_ purpose: Purpose, on found: Operation, deadline: Instant) {
    self.purpose = purpose
    ticket = .none
    tag = 0
    self.deadline = deadline
    slot = found.slot
    namespace = found.namespace
    id = found.id
    version = found.version
    idleMilliseconds = found.idleMilliseconds
  }

  /// Forgets what an attempt that is to be repeated had learnt.
  mutating func startOver() {
    if !isDoubtful { prior = .unknown }
    existed = false
    ownIdleTimeout = 0
    millisecondsLeft = 0
  }

  /// Takes the reply to its command number `index`.
  mutating func take(_ reply: borrowing Reply, index: Int) -> Step {
    if reply.kind == .error { return take(RedisError(reply.string()), index: index) }
    switch purpose {
    case .correction, .verification:
      return .done(.touched)
    case .session(let verb, let condition):
      return take(reply, index: index, verb, condition)
    }
  }

  private mutating func take(_ error: RedisError, index: Int) -> Step {
    guard index == commandCount - 1 else {
      // The deciding command comes last and meets the same obstacle.
      existed = true
      return .more
    }
    switch error {
    case .outOfMemory: return .done(.fault(.storeFull))
    case .misconfigured: return .done(.fault(.misconfigured))
    case .noAuth, .noPermission, .wrongPassword: return .done(.fault(.notPermitted))
    case .wrongType: return .done(.fault(.unreadable))
    case .crossSlot, .executionAborted, .other: return .done(.fault(.misconfigured))
    case .moved, .ask, .malformedRedirect, .tryAgain, .clusterDown, .masterDown, .loading,
      .readOnly, .busy, .noReplicas, .noScript, .clusterDisabled:
      return .refused(error)
    }
  }

  private mutating func take(
    _ reply: borrowing Reply, index: Int, _ verb: Verb, _ condition: Condition
  ) -> Step {
    switch (verb, index) {
    case (.get, _):
      return found(reply)
    case (.peek, 0), (.inspect, 0):
      millisecondsLeft = Int(reply.integer)
      return .more
    case (.peek, _), (.inspect, _):
      return seen(reply, whole: verb == .peek)
    case (.put, 0) where commandCount == 2, (.touch, 0):
      noteHeader(reply)
      return .more
    case (.put, _):
      return written(reply, condition)
    case (.touch, _):
      return slid(reply, condition)
    case (.delete, _):
      let missing = condition == .exists ? Outcome.conditionFailed : .missing
      return .done(reply.integer == 1 ? .deleted : missing)
    }
  }

  /// GETEX: the record, which now has the namespace's idle timeout.
  private func found(_ reply: borrowing Reply) -> Step {
    guard reply.kind == .string else { return .done(.missing) }
    guard let header = RecordHeader(reply.bytes.bytes),
      header.recordLength == reply.bytes.count
    else { return .done(.fault(.unreadable)) }
    let own = header.ownIdleTimeout
    let outcome = Outcome.found(
      SessionFacts(
        version: header.version, expiresIn: own == 0 ? idleMilliseconds / 1_000 : own,
        contentType: header.contentType, payloadLength: header.payloadLength,
        payload: header.payload))
    return own == 0 || own * 1_000 == idleMilliseconds
      ? .done(outcome) : .correct(outcome, milliseconds: own * 1_000)
  }

  /// PTTL, then GET or GETRANGE: the record or its beginning.
  private func seen(_ reply: borrowing Reply, whole: Bool) -> Step {
    guard reply.kind == .string, !reply.bytes.isEmpty, millisecondsLeft != -2 else {
      return .done(.missing)
    }
    guard let header = RecordHeader(reply.bytes.bytes),
      whole
        ? header.recordLength == reply.bytes.count
        : Int(header.contentType.upper) <= reply.bytes.count
    else { return .done(.fault(.unreadable)) }
    return .done(
      .found(
        SessionFacts(
          version: header.version,
          expiresIn: max(1, IdleTimeout.secondsLeft(Int64(millisecondsLeft))),
          contentType: header.contentType, payloadLength: header.payloadLength,
          payload: whole
            ? header.payload : ByteRange(reply.bytes.count, reply.bytes.count))))
  }

  /// GETRANGE: the header of a record, or nothing.
  private mutating func noteHeader(_ reply: borrowing Reply) {
    existed = reply.kind == .string && !reply.bytes.isEmpty
    let header = RecordHeader(reply.bytes.bytes)
    ownIdleTimeout = header?.ownIdleTimeout ?? 0
    if !existed { prior = .nothing } else if let header { prior = .version(header.version) }
  }

  /// SET: OK, or nil where NX or XX did not hold.
  private func written(_ reply: borrowing Reply, _ condition: Condition) -> Step {
    guard reply.kind == .status else { return .done(.conditionFailed) }
    switch condition {
    case .none: return .done(existed ? .replaced(version) : .created(version))
    case .absent: return .done(.created(version))
    case .exists: return .done(.replaced(version))
    }
  }

  /// PEXPIRE: 1, or 0 when there is no such key.
  private func slid(_ reply: borrowing Reply, _ condition: Condition) -> Step {
    guard reply.integer == 1 else {
      return .done(condition == .exists ? .conditionFailed : .missing)
    }
    let own = ownIdleTimeout * 1_000
    return own == 0 || own == idleMilliseconds
      ? .done(.touched) : .correct(.touched, milliseconds: own)
  }
}
