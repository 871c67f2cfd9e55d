// One of the gateway's commands on its way through Redis: which RESP commands it becomes, and what
// is known of it. A pure state machine: replies go in, steps come out (`Operation+Replies`,
// `Operation+Scripts`).
//
// The commands of an operation go to one node in one piece, the deciding one last:
//
//   get      GETEX key PX idle
//   peek     PTTL key, GET key
//   inspect  PTTL key, GETRANGE key 0 350
//   put      GETRANGE key 0 95, SET key record PX idle        (the former tells 201 from 204)
//            SET key record PX idle NX | XX                   (with a condition that does)
//   touch    GETRANGE key 0 95, PEXPIRE key idle
//   delete   UNLINK key
//
// A script (`Script`) decides commands that name a lock or versions, and writes in a namespace with
// an absolute timeout:
//
//   put      EVALSHA, behind the SET of the staged record if that is long (`RecordStaging`)
//   lock     EVALSHA, GET key                  (the record's header shows whether it still holds)
//   touch, delete, renew, unlock               EVALSHA
//
// Redis applies the namespace's idle timeout, the only one known before the record is read. If the
// record names another one, or an absolute deadline that comes first, a script follows at once on
// the same connection and slides by the record that it finds.

import Primitives
import Redis
import Sessions

/// An operation in progress.
struct Operation: ~Copyable {
  /// What the operation is for.
  enum Purpose {
    /// A caller's command.
    case session(Verb, Condition)
    /// The correction of a timeout; no caller waits for it.
    case correction
    /// The question whether a write that was handed over and lost was carried out; the write waits
    /// for it.
    case verification(of: Ticket)
  }

  /// What was under the key before a write, as far as a read has shown.
  enum Prior: Equatable {
    /// No read was answered.
    case unknown
    /// Nothing.
    case nothing
    /// A session of this version.
    case version(SessionVersion)
  }

  /// The result of the command in front of the deciding one.
  enum First: Equatable {
    /// Nothing that matters.
    case passed
    /// It was refused for a reason that may pass.
    case refused(RedisError)
    /// It was refused permanently.
    case failed(StoreFault)
    /// There is no session to lock.
    case missing
    /// Another caller holds the lock: for `age` milliseconds so far, and `left` more.
    case held(age: UInt64, left: UInt64)
    /// The caller has this lock, if the record that follows confirms it.
    case locked(LockToken)
  }

  private let inPlace = InPlace()
  private(set) var purpose: Purpose
  let ticket: Ticket
  let tag: UInt32
  let deadline: Instant
  let slot: UInt16
  let namespace: NamespaceIndex
  /// The version that a `put` writes.
  let version: SessionVersion
  /// The namespace's idle timeout.
  let idleMilliseconds: Int
  /// When and in which process it began.
  let beginning: Beginning
  /// Whether a script decides it.
  let isScripted: Bool
  /// Whether it names a lock that its caller must hold.
  let isFenced: Bool
  /// The lengths of its RESP commands.
  var commandLengths = CommandLengths.none
  /// How often it was sent.
  var attempts = 0
  /// How many connections were lost while its answer was the next one to come, or was a large one.
  var losses = 0
  /// How many bytes of a connection it takes if it is large; else 0.
  var weight = 0
  /// The node whose pipeline holds it; `.none` while it is parked.
  var link: Ticket = .none
  /// Its entry in that pipeline.
  var sequence: UInt64 = 0
  /// Whether that node is a replica.
  var isFromReplica = false
  /// Whether it is a `get` that reads first and then slides at the primary.
  var slidesApart = false
  /// Whether its caller has given up on it, and it goes on only for its correction.
  var isAbandoned = false

  /// Whether an attempt was handed to a connection that was then lost, and so may have been carried
  /// out.
  var isDoubtful = false
  /// What was last found after it was lost, and over which it is repeated; unknown while that must
  /// still be asked.
  private(set) var base = Prior.unknown
  /// What the `put` that may have been carried out had seen before it.
  var prior = Prior.unknown

  /// The question about its fate that is in progress.
  var verification: Ticket = .none
  /// Whether that was answered while it was parked: it goes with the next pass.
  var hasVerdict = false

  /// Whether there was something under the key, according to the command in front.
  var existed = false
  /// The timeout in seconds that the record names; 0 if it uses its namespace's.
  var ownIdleTimeout = 0
  /// What is left of the session, or of the lock's lease, in milliseconds.
  var millisecondsLeft = 0
  /// The result of the command in front.
  var first = First.passed

  /// A caller's command.
  init(
    command: borrowing SessionCommand, ticket: Ticket, slot: UInt16, space: borrowing KeySpace,
    begun beginning: Beginning
  ) {
    purpose = .session(command.verb, command.condition)
    self.ticket = ticket
    self.beginning = beginning
    tag = command.tag
    deadline = command.deadline
    self.slot = slot
    namespace = command.namespace
    version = command.version
    idleMilliseconds = space.idleMilliseconds
    isScripted = command.needsScript(in: space)
    isFenced = !command.heldLock.isNone
  }

  /// How many bytes of its entry must have been sent before Redis may carry it out. The deciding
  /// command is the last one, except for a lock, whose script comes first.
  func actingLength(of entry: Pipeline.Entry) -> Int {
    guard case .session(.lock, _) = purpose else { return entry.length }
    return (entry.asking ? CommandEncoder.askingLength : 0) + commandLengths.first
  }

  /// The number of RESP commands it becomes.
  var commandCount: Int { commandLengths.count }

  /// Whether doing it twice is the same as doing it once, whatever others do in between. Not so for
  /// a `put`, which could undo another's write, and a `delete`, which could remove another's
  /// session.
  ///
  /// A `lock` that was carried out finds its own fresh token, and so its own lock. An `unlock`
  /// finds that it was carried out, unless the session was written or locked since.
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

  /// Whether it may have been carried out and must not be repeated unchanged.
  var isLostWrite: Bool { isDoubtful && !isRepeatable }

  /// An operation that corrects the timeout of this operation's session.
  func correction(until deadline: Instant) -> Operation {
    Operation(.correction, on: self, deadline: deadline)
  }

  /// An operation that asks whether this one, whose ticket is `handle`, was carried out.
  func question(after handle: Ticket) -> Operation {
    Operation(.verification(of: handle), on: self, deadline: deadline)
  }

  private init(_ purpose: Purpose, on found: borrowing Operation, deadline: Instant) {
    self.purpose = purpose
    ticket = .none
    tag = 0
    self.deadline = deadline
    slot = found.slot
    namespace = found.namespace
    version = found.version
    idleMilliseconds = found.idleMilliseconds
    beginning = found.beginning
    isScripted = false
    isFenced = false
  }

  /// Whether its fate was decided since this was last asked.
  mutating func takeVerdict() -> Bool {
    defer { hasVerdict = false }
    return hasVerdict
  }

  /// Forgets what the last attempt had learnt, before the next.
  mutating func startOver() {
    if !isDoubtful { prior = .unknown }
    if case .version = base { existed = true } else { existed = false }
    ownIdleTimeout = 0
    millisecondsLeft = 0
    first = .passed
  }

  /// Whether it is a read that slides with its own command (GETEX).
  var slidesAtOnce: Bool {
    guard case .session(.get, _) = purpose else { return false }
    return !slidesApart && !isFromReplica
  }

  /// Whether its command sets the namespace's timeout, and only the reply shows whether the record
  /// names another.
  var mayNeedCorrection: Bool {
    if case .session(.touch, _) = purpose { return !isScripted }
    return slidesAtOnce
  }

  /// Turns a `get` whose node takes no writes into a read of the record and of the time it has
  /// left.
  mutating func becomePeek() {
    purpose = .session(.peek, .none)
    slidesApart = true
  }

  /// Repeats it over what was found.
  mutating func rebase(on found: Prior) {
    base = found
    startOver()
  }
}
