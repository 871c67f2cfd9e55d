// The commands that one node was given and has not answered: what is to be sent (`unsent`), and
// what its replies are matched with, in order (`front`). One buffer is both the send queue and the
// store of what may have to be sent again. Bytes stay in it until they are answered, so redirects
// and lost connections cost no copy while all is well.
//
//   log:      | sent, unanswered            | unsent          |
//             0                             handed            count
//   entries:  | front |       |      |      |       |         |   one for each operation, in order
//
// Bounded by the limits on entries and bytes. Rejected: a queue of frames that each own their bytes
// (an allocation for each operation), a ring of bytes (SSL_write needs them contiguous).

import Glibc
import Primitives

/// A node's unanswered and unsent commands.
struct Pipeline: ~Copyable {
  /// One operation's commands in the log.
  struct Entry {
    /// The operation they belong to; `.none` for probes, topology requests and the loading of
    /// scripts.
    var operation: Ticket
    /// What they are for.
    var kind: CommandKind
    /// Their length in the log, in bytes.
    var length: Int
    /// The number of replies they get.
    var replies: UInt8
    /// The number of replies that have arrived.
    var answered: UInt8 = 0
    /// Whether each command follows an ASKING of its own, whose reply counts, too.
    var asking: Bool
    /// When they were added.
    var since: Instant
    /// How many bytes of the connection it takes, with its reply, if it is large; else 0.
    var weight: Int
    /// Numbers all entries that this pipeline ever had.
    var sequence: UInt64

    /// Whether only one reply is missing, the present one.
    var isLast: Bool { answered + 1 == replies }
  }

  /// Commands in RESP: appended at the end, turned into an entry by `close`, removed when answered.
  var log: ByteBuffer
  private var entries: Ring<Entry>
  private let inPlace = InPlace()
  private let most: Int
  private let largest: Int
  private let heaviest: Int
  private let gathered: (operations: Int, bytes: Int, span: TimeSpan)
  /// The large entries' total weight.
  private(set) var weight = 0
  /// How many of the log's bytes were handed to the transport, from the front entry on. A command
  /// is certainly unexecuted while its last byte was not.
  private(set) var handed = 0
  /// The sequence number of the last entry of which a byte was handed over. Everything behind it
  /// was certainly not executed.
  private(set) var touched: UInt64 = 0
  private var sequence: UInt64 = 0
  /// The capacity that an empty log may keep, in bytes: one burst of large payloads does not stay
  /// resident.
  private static let retained = 4 << 20
  // The first entry of which no byte was handed over: its index in the ring, its offset in the log.
  private var untouched = (place: 0, offset: 0)

  init(limits: ClusterLimits) {
    log = ByteBuffer()
    entries = Ring(limit: limits.pipelineOperations + limits.ownOperations)
    most = limits.pipelineOperations
    largest = limits.pipelineBytes
    heaviest = limits.largeBytes
    gathered = (limits.gatheredOperations, limits.gatheredBytes, limits.gathering)
  }

  /// The number of entries.
  var depth: Int { entries.count }
  /// Whether there are none.
  var isEmpty: Bool { entries.isEmpty }
  /// Whether another of the callers' operations has room here.
  var hasRoom: Bool { entries.count < most && log.count < largest }
  /// Whether an operation of this weight may go now. One that exceeds the limit by itself goes
  /// alone.
  func admits(_ weight: Int) -> Bool {
    weight == 0 || self.weight == 0 || self.weight + weight <= heaviest
  }
  /// Whether another of the store's own operations has room here.
  var hasSpareRoom: Bool { !entries.isFull }

  /// The bytes not yet handed to the transport.
  var unsent: RawSpan {
    @_lifetime(borrow self)
    get { log.bytes.extracting(handed..<log.count) }
  }

  /// Until when the unsent commands may wait for others to leave with them, as by Nagle's algorithm
  /// (RFC 896): the node owes answers, so it has work, and its next answers end the wait. Nil if
  /// they should leave now: they are many, or the rest of a command that has begun is among them.
  var gathersUntil: Instant? {
    guard owesAnswer, untouched.place < entries.count, untouched.offset == handed,
      entries.count - untouched.place < gathered.operations,
      log.count - handed < gathered.bytes
    else { return nil }
    return entries[untouched.place].since + gathered.span
  }

  /// Turns everything in the log from `mark` on into an entry, and returns its sequence number.
  mutating func close(
    _ operation: Ticket, _ kind: CommandKind, from mark: Int, replies: Int, asking: Bool,
    weight: Int = 0, at now: Instant
  ) -> UInt64 {
    sequence += 1
    self.weight += weight
    let entry = Entry(
      operation: operation, kind: kind, length: log.count - mark, replies: UInt8(replies),
      asking: asking, since: now, weight: weight, sequence: sequence)
    let refused = entries.append(entry) != nil
    precondition(!refused, "ask hasRoom before an entry is made")
    return sequence
  }

  /// Notes that the transport accepted `count` of the unsent bytes. Returns how many entries this
  /// touched for the first time.
  mutating func hand(_ count: Int) -> Int {
    handed += count
    let before = untouched.place
    while untouched.place < entries.count, untouched.offset < handed {
      untouched.offset += entries[untouched.place].length
      touched = entries[untouched.place].sequence
      untouched.place += 1
    }
    return untouched.place - before
  }

  /// Notes one reply to the front entry, and returns the entry as it was before.
  mutating func answer() -> Entry? {
    guard !entries.isEmpty else { return nil }
    let entry = entries[0]
    entries[0].answered += 1
    return entry
  }

  /// The unsent bytes of the entry that was partly handed over: a node cannot answer it without
  /// them.
  var unsentOfBegun: RawSpan {
    @_lifetime(borrow self)
    get { log.bytes.extracting(handed..<untouched.offset) }
  }

  /// Whether the front entry's last byte was handed to the transport.
  var isFrontHanded: Bool { !entries.isEmpty && handed >= entries[0].length }

  /// Whether a reply can belong to the front entry.
  var canBeAnswered: Bool {
    guard let front else { return false }
    return front.isLast ? isFrontHanded : handed > 0
  }

  /// Whether bytes were handed over that have not been answered.
  var owesAnswer: Bool { handed > 0 && !entries.isEmpty }

  /// Whether there are entries, and no byte of them was handed over.
  var hasOnlyUnsent: Bool { handed == 0 && !entries.isEmpty }

  /// The entry that the next reply belongs to.
  var front: Entry? { entries.isEmpty ? nil : entries[0] }

  /// The front entry's bytes.
  var frontBytes: RawSpan {
    @_lifetime(borrow self)
    get { log.bytes.extracting(first: entries[0].length) }
  }

  /// Removes entries of which no byte was handed over and whose operation is no longer wanted, so
  /// that a command that was reported as "not carried out" can never be carried out later.
  mutating func purge(keeping operations: borrowing Slab<Operation>) {
    let base = unsafe log.mutableReadable
    var from = 0
    var to = 0
    for place in 0..<entries.count {
      guard let entry = entries.popFirst() else { break }
      let isWanted = entry.operation == .none || operations.contains(entry.operation)
      if place < untouched.place || isWanted {
        if to != from { unsafe memmove(base + to, base + from, entry.length) }
        to += entry.length
        entries.append(entry)
      } else {
        weight -= entry.weight
      }
      from += entry.length
    }
    log.truncate(to: to)
  }

  /// Removes the front entry and its bytes.
  @inline(__always)
  @discardableResult
  mutating func retire() -> Entry? {
    guard let entry = entries.popFirst() else { return nil }
    weight -= entry.weight
    log.consume(entry.length)
    if log.isEmpty, log.capacity > Self.retained { log = ByteBuffer() }
    handed = max(0, handed - entry.length)
    untouched.place = max(0, untouched.place - 1)
    untouched.offset = max(0, untouched.offset - entry.length)
    return entry
  }
}
