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
// What names a lock or versions, and writes in a namespace with an absolute timeout, are decided by a
// script (`Script`):
//
//   put      EVALSHA, behind the SET of the staged record where that is long (`RecordStaging`)
//   lock     EVALSHA, GET key                  (the record's header tells whether it is still so)
//   touch, delete, renew, unlock               EVALSHA
//
// Redis applies the namespace's idle timeout, the only one known before the record is read. When the
// record names a timeout of its own, a correcting PEXPIRE follows at once on the same connection; when
// it names an absolute deadline that comes first, a script does that.

import Primitives
import Redis
import Sessions

/// An operation under way.
struct Operation: ~Copyable {
  /// What the operation is for.
  enum Purpose {
    /// A caller's command.
    case session(Verb, Condition)
    /// The correction of a timeout; nobody waits for it.
    case correction
    /// The question whether a write that was handed over and lost was carried out; the write waits.
    case verification(of: Ticket)
  }

  /// What was under the key before a write, as far as a reading told.
  enum Prior: Equatable {
    /// No reading was answered.
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
    /// The operation is done, and the timeout in Redis must be set by what the record of this version
    /// says.
    case settle(Outcome, SessionVersion)
    /// The operation is done, and the timeout is to be extended to these milliseconds at the primary.
    case slide(Outcome, milliseconds: Int)
    /// A replica knows of no session: its primary is to be asked.
    case elsewhere
    /// Redis refused it without executing it, for a reason that may pass.
    case refused(RedisError)
    /// The repeat of a lost write was not done: the reply shows what is there instead of what it was to
    /// go again over.
    case changed
  }

  /// What the command in front of the deciding one came to.
  enum First: Equatable {
    /// Nothing that matters.
    case passed
    /// It was refused for a reason that may pass.
    case refused
    /// The node does not know the script.
    case noScript
    /// It was refused for good.
    case failed(StoreFault)
    /// There is no session to lock.
    case missing
    /// Somebody else holds the lock.
    case held
    /// The caller has the lock, if the record that follows says so too.
    case locked
  }

  private let inPlace = InPlace()
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
  /// When it was begun.
  let beginning: Beginning
  /// Whether a script decides it.
  let isScripted: Bool
  /// How long each RESP command is; the second is 0 when there is but one.
  var commandLengths: (Int, Int) = (0, 0)
  /// How often it was sent.
  var attempts = 0
  /// The node whose pipeline holds it; `.none` while it is parked.
  var link: Ticket = .none
  /// Its entry in that pipeline.
  var sequence: UInt64 = 0
  /// Whether that is a replica's.
  var isFromReplica = false
  /// Whether it is a `get` that reads with GET, and slides at the primary behind that.
  var slidesApart = false

  /// Whether an attempt was handed to a connection that was lost: it may have been carried out.
  var isDoubtful = false
  /// What was found last when it was lost, over which it goes again; unknown as long as it has to be
  /// asked.
  private(set) var ground = Prior.unknown
  /// What the `put` that may have been carried out had seen before it.
  private(set) var prior = Prior.unknown

  /// The question after its fate that is under way.
  var verification: Ticket = .none

  var existed = false
  var ownIdleTimeout = 0
  var millisecondsLeft = 0
  /// For how many milliseconds the session that was found lives on.
  var slidTo = 0
  var first = First.passed
  // A lock's token, be it acquired or to be released; or the age of somebody else's lock and what is
  // left of its lease.
  var words: (UInt64, UInt64) = (0, 0)

  init(
    _ purpose: Purpose, command: borrowing SessionCommand, ticket: Ticket, slot: UInt16,
    space: borrowing KeySpace, begun beginning: Beginning
  ) {
    self.purpose = purpose
    self.ticket = ticket
    self.beginning = beginning
    tag = command.tag
    deadline = command.deadline
    self.slot = slot
    namespace = command.namespace
    id = command.id
    version = command.version
    idleMilliseconds = space.idleMilliseconds
    isScripted = command.needsScript(in: space)
  }

  /// How many RESP commands it becomes.
  var commandCount: Int { commandLengths.1 == 0 ? 1 : 2 }

  /// Whether doing it twice is the same as doing it once, whatever others do in between. A `put`
  /// could undo another's write and a `delete` another's session, so theirs is no.
  ///
  /// A `lock` that was carried out finds its own fresh token, and so its own lock. An `unlock` finds
  /// that it was carried out, unless somebody wrote or locked since.
  var isRepeatable: Bool {
    switch purpose {
    case .correction, .verification: true
    case .session(let verb, _):
      switch verb {
      case .get, .peek, .inspect, .touch, .lock, .renew, .unlock: true
      case .put, .delete: false
      }
    }
  }

  /// Whether it may have been carried out and must not be once more as it is.
  var isLostWrite: Bool { isDoubtful && !isRepeatable }

  /// The loading of a script; nobody waits for it.
  static func loading(until deadline: Instant) -> Operation { Operation(loadingUntil: deadline) }

  private init(loadingUntil deadline: Instant) {
    purpose = .correction
    ticket = .none
    tag = 0
    self.deadline = deadline
    slot = 0
    namespace = NamespaceIndex(0)
    id = SessionID()
    version = SessionVersion(bits: 0)
    idleMilliseconds = 0
    beginning = Beginning(
      instant: Instant(nanoseconds: 0), wall: UnixTime(milliseconds: 0), origin: 0)
    isScripted = false
  }

  /// The correction of this operation's session's timeout.
  func corrected(by deadline: Instant) -> Operation {
    Operation(.correction, on: self, deadline: deadline)
  }

  /// The question whether this operation, whose ticket is `handle`, was carried out.
  func verified(as handle: Ticket) -> Operation {
    Operation(.verification(of: handle), on: self, deadline: deadline)
  }

  private init(_ purpose: Purpose, on found: borrowing Operation, deadline: Instant) {
    self.purpose = purpose
    ticket = .none
    tag = 0
    self.deadline = deadline
    slot = found.slot
    namespace = found.namespace
    id = found.id
    version = found.version
    idleMilliseconds = found.idleMilliseconds
    beginning = found.beginning
    isScripted = false
  }

  /// Forgets what an attempt that is to be repeated had learnt.
  mutating func startOver() {
    if !isDoubtful { prior = .unknown }
    if case .version = ground { existed = true } else { existed = false }
    ownIdleTimeout = 0
    millisecondsLeft = 0
    first = .passed
  }

  /// It goes again over what was found.
  mutating func stand(on found: Prior) {
    ground = found
    startOver()
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

  private mutating func take(_ error: RedisError, index: Int) -> Step {
    guard index == commandCount - 1 else {
      // The deciding command comes last and meets the same obstacle, unless this one is a script
      // or stages a record.
      existed = true
      first =
        error == .noScript ? .noScript : error.lastingFault.map(First.failed) ?? .refused
      return .more
    }
    return error.lastingFault.map { .done(.fault(isLostWrite ? .outcomeUnknown : $0)) }
      ?? .refused(error)
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
      return again() ?? seen(reply, whole: verb == .peek, wall: wall)
    case (.put, 0) where commandCount == 2, (.touch, 0):
      noteHeader(reply)
      return .more
    case (.put, _):
      return written(reply, condition)
    case (.touch, _):
      return again() ?? slid(reply, condition)
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
  private func again() -> Step? {
    switch first {
    case .refused, .noScript: .refused(.tryAgain)
    case .failed(let fault): .done(.fault(fault))
    case .passed, .missing, .held, .locked: nil
    }
  }

  /// What a read that does not slide by itself amounts to; a replica's "nothing there" to nothing.
  private mutating func read(
    _ reply: borrowing Reply, index: Int, _ verb: Verb, wall: UnixTime
  ) -> Step {
    let step = take(reply, index: index, verb, .none, wall: wall)
    switch step {
    case .done(.missing), .settle(.missing, _):
      return isFromReplica ? .elsewhere : .done(.missing)
    case .done(.found(let facts)), .correct(.found(let facts), _), .settle(.found(let facts), _):
      guard slidesApart else { return .done(.found(facts)) }
      return .slide(.found(facts), milliseconds: slidTo)
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
    slidTo = min(idle, header.millisecondsToDeadline(at: wall))
    guard header.absoluteDeadline.milliseconds == 0 else {
      let left = header.millisecondsToDeadline(at: wall)
      if left <= 0 { return .settle(.missing, header.version) }
      let outcome = Outcome.found(facts(header, expiresIn: min(left, idle)))
      return min(left, idle) == idleMilliseconds ? .done(outcome) : .settle(outcome, header.version)
    }
    let outcome = Outcome.found(facts(header, expiresIn: idle))
    return idle == idleMilliseconds ? .done(outcome) : .correct(outcome, milliseconds: idle)
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
  private mutating func noteHeader(_ reply: borrowing Reply) {
    existed = reply.kind == .string && !reply.bytes.isEmpty
    let header = RecordHeader(reply.bytes.bytes)
    ownIdleTimeout = header?.ownIdleTimeout ?? 0
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

  /// PEXPIRE: 1, or 0 when there is no such key.
  private func slid(_ reply: borrowing Reply, _ condition: Condition) -> Step {
    guard reply.integer == 1 else {
      return .done(condition == .exists ? .conditionFailed(present: nil) : .missing)
    }
    let own = ownIdleTimeout * 1_000
    return own == 0 || own == idleMilliseconds
      ? .done(.touched) : .correct(.touched, milliseconds: own)
  }
}
