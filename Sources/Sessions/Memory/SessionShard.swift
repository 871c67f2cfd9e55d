// What commands mean. One shard of the sessions, under its lock: a command and the time come in, an
// outcome goes out. What the store over Redis does with commands and scripts must come to the same.

import Primitives

/// The time at which a shard acts, and how long a session without a timeout of its own then lives.
struct ShardMoment {
  /// The monotonic clock, which timeouts go by.
  let instant: Instant
  /// The wall clock, which `created` goes by.
  let wall: UnixTime
  /// The namespace's idle timeout in seconds.
  let namespaceIdleTimeout: Int

  init(_ moment: Moment, namespaceIdleTimeout: Int) {
    instant = moment.instant
    wall = moment.wall
    self.namespaceIdleTimeout = namespaceIdleTimeout
  }

  /// The idle timeout of a session in seconds, by its own or, when that is 0, the namespace's.
  func idleTimeout(own: UInt32) -> Int { own == 0 ? namespaceIdleTimeout : Int(own) }

  /// When a session that is used now ends.
  func idleDeadline(own: UInt32) -> Instant { instant + .seconds(idleTimeout(own: own)) }
}

/// What became of a command in a shard.
enum ShardAnswer {
  /// It is over, and there is nothing to be copied.
  case ended(Outcome)
  /// A session was found; the caller copies its bytes, up to the end of the facts' payload.
  case read(SessionFacts, place: Int)
}

/// The sessions whose names' hashes fall to one lock.
struct SessionShard: ~Copyable {
  private var table = SessionTable()

  /// How many sessions it holds, those past their timeout included.
  var count: Int { table.count }

  /// Carries out any command but a `put`.
  mutating func carryOut(
    _ command: borrowing SessionCommand, hash: UInt64, at now: ShardMoment,
    _ budget: borrowing MemoryBudget
  ) -> ShardAnswer {
    guard let place = findLiving(command, hash: hash, at: now, budget) else {
      return .ended(Self.outcomeForMissing(command))
    }
    switch command.verb {
    case .get:
      slide(place, at: now)
      return .read(facts(place, withPayload: true, at: now), place: place)
    case .peek:
      return .read(facts(place, withPayload: true, at: now), place: place)
    case .inspect:
      return .read(facts(place, withPayload: false, at: now), place: place)
    case .touch:
      if command.condition == .absent { return .ended(.conditionFailed) }
      slide(place, at: now)
      return .ended(.touched)
    case .delete:
      if command.condition == .absent { return .ended(.conditionFailed) }
      budget.release(table.remove(at: place).record.cost)
      return .ended(.deleted)
    case .put:
      preconditionFailure("a put comes with a record")
    }
  }

  /// Creates or replaces. `record` goes in, and what was replaced or refused comes out, to be freed
  /// when the lock is released.
  mutating func put(
    _ command: borrowing SessionCommand, hash: UInt64, at now: ShardMoment,
    _ budget: borrowing MemoryBudget, record: inout SessionRecord?
  ) -> Outcome {
    let place = findLiving(command, hash: hash, at: now, budget)
    if command.condition == (place == nil ? .exists : .absent) { return .conditionFailed }
    guard var fresh = record.take() else { preconditionFailure("a put comes with a record") }
    guard budget.reserve(fresh.cost - (place.map { table[$0].record.cost } ?? 0)) else {
      record = consume fresh
      return .fault(.storeFull)
    }
    let own = UInt32(command.ownIdleTimeout)
    guard let place else {
      table.insert(
        SessionEntry(
          record: fresh, version: command.version, created: now.wall,
          idleDeadline: now.idleDeadline(own: own), ownIdleTimeout: own),
        hash: hash)
      return .created(command.version)
    }
    swap(&table[place].record, &fresh)
    record = consume fresh
    table[place].version = command.version
    table[place].ownIdleTimeout = own
    slide(place, at: now)
    return .replaced(command.version)
  }

  /// The content type, and behind it the payload, of the session at a place that was just read.
  @_lifetime(borrow self)
  func bytes(at place: Int) -> RawSpan { table[place].record.contentTypeAndPayload }

  /// Frees sessions past their timeout in up to `limit` places; says how many it looked at.
  @discardableResult
  mutating func sweep(_ limit: Int, at instant: Instant, _ budget: borrowing MemoryBudget) -> Int {
    let (looked, freed) = table.sweep(limit, at: instant)
    if freed > 0 { budget.release(freed) }
    return looked
  }

  /// The place of the command's session; one that is past its timeout is freed and not found.
  private mutating func findLiving(
    _ command: borrowing SessionCommand, hash: UInt64, at now: ShardMoment,
    _ budget: borrowing MemoryBudget
  ) -> Int? {
    guard let place = table.find(hash, command.namespace, command.id.bytes) else { return nil }
    guard table[place].isOver(at: now.instant) else { return place }
    budget.release(table.remove(at: place).record.cost)
    return nil
  }

  private mutating func slide(_ place: Int, at now: ShardMoment) {
    table[place].idleDeadline = now.idleDeadline(own: table[place].ownIdleTimeout)
  }

  private func facts(_ place: Int, withPayload: Bool, at now: ShardMoment) -> SessionFacts {
    let left = (table[place].idleDeadline - now.instant).millisecondsRoundedUp
    // Another worker's tick may have begun a little later and slid the timeout since.
    let most = now.idleTimeout(own: table[place].ownIdleTimeout)
    let contentTypeLength = Int(table[place].record.contentTypeLength)
    let payloadLength = Int(table[place].record.payloadLength)
    return SessionFacts(
      version: table[place].version,
      expiresIn: min(most, IdleTimeout.secondsLeft(left)),
      contentType: ByteRange(0, contentTypeLength),
      payloadLength: payloadLength,
      payload: ByteRange(contentTypeLength, contentTypeLength + (withPayload ? payloadLength : 0)))
  }

  /// A write that asks for the session's existence is told by its own outcome that it failed.
  private static func outcomeForMissing(_ command: borrowing SessionCommand) -> Outcome {
    switch command.verb {
    case .touch, .delete: command.condition == .exists ? .conditionFailed : .missing
    case .get, .peek, .inspect, .put: .missing
    }
  }
}
