// One command of the gateway's on its way through Redis: which RESP commands it becomes, and what is
// known of it. A pure machine: replies in, a step out (`Operation+Replies`, `Operation+Scripts`).
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
// record names another one, or an absolute deadline that comes first, a script follows at once on the
// same connection, which slides by the record that it finds.

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

  /// What the command in front of the deciding one came to.
  enum First: Equatable {
    /// Nothing that matters.
    case passed
    /// It was refused for a reason that may pass.
    case refused(RedisError)
    /// It was refused for good.
    case failed(StoreFault)
    /// There is no session to lock.
    case missing
    /// Somebody else holds the lock: since so many milliseconds, and for so many more.
    case held(age: UInt64, left: UInt64)
    /// The caller has this lock, if the record that follows says so too.
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
  /// When it was begun.
  let beginning: Beginning
  /// Whether a script decides it.
  let isScripted: Bool
  /// How long its RESP commands are.
  var commandLengths = CommandLengths.none
  /// How often it was sent.
  var attempts = 0
  /// How many bytes it occupies a connection with if it is large; else 0.
  var weight = 0
  /// The node whose pipeline holds it; `.none` while it is parked.
  var link: Ticket = .none
  /// Its entry in that pipeline.
  var sequence: UInt64 = 0
  /// Whether that is a replica's.
  var isFromReplica = false
  /// Whether it is a `get` that slides at the primary behind its reading.
  var slidesApart = false

  /// Whether an attempt was handed to a connection that was lost: it may have been carried out.
  var isDoubtful = false
  /// What was found last when it was lost, over which it goes again; unknown as long as it has to be
  /// asked.
  private(set) var ground = Prior.unknown
  /// What the `put` that may have been carried out had seen before it.
  var prior = Prior.unknown

  /// The question after its fate that is under way.
  var verification: Ticket = .none

  /// Whether there was something under the key, as the command in front told.
  var existed = false
  /// The timeout in seconds that the record names; 0 where it goes by its namespace's.
  var ownIdleTimeout = 0
  /// What is left of the session, or of the lock's lease, in milliseconds.
  var millisecondsLeft = 0
  /// What the command in front came to.
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
  }

  /// How many bytes of its entry have left once it may be carried out. The deciding command comes last, but
  /// for a lock's script, which the record follows.
  func actingLength(of entry: Pipeline.Entry) -> Int {
    guard case .session(.lock, _) = purpose else { return entry.length }
    return (entry.asking ? CommandEncoder.askingLength : 0) + commandLengths.first
  }

  /// How many RESP commands it becomes.
  var commandCount: Int { commandLengths.count }

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

  /// Whether it is a read that slides by its own command (GETEX).
  var slidesAtOnce: Bool {
    guard case .session(.get, _) = purpose else { return false }
    return !slidesApart && !isFromReplica
  }

  /// A `get` whose node takes no writes: it reads what there is and how long that still lives.
  mutating func becomePeek() {
    purpose = .session(.peek, .none)
    slidesApart = true
  }

  /// It goes again over what was found.
  mutating func stand(on found: Prior) {
    ground = found
    startOver()
  }
}
