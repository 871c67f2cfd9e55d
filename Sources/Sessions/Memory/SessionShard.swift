// What commands mean. One shard of the sessions, under its lock: a command and the time come in, an
// outcome goes out. The store over Redis must reach the same outcomes with its commands and
// scripts.

import Primitives

/// The timeouts of a namespace, in seconds.
struct NamespaceTimeouts {
  /// The idle timeout of a session that has none of its own.
  let idle: Int
  /// The absolute timeout, counted from a session's creation; 0 for none.
  let absolute: Int

  init(_ namespace: Namespace) {
    idle = namespace.idleTimeout
    absolute = namespace.absoluteTimeout ?? 0
  }
}

/// The time at which a shard acts, and the timeouts of the command's namespace.
struct ShardMoment {
  /// The time by the monotonic clock, which decides timeouts and leases.
  let instant: Instant
  /// The namespace's timeouts.
  let timeouts: NamespaceTimeouts

  init(_ moment: Moment, _ timeouts: NamespaceTimeouts) {
    instant = moment.instant
    self.timeouts = timeouts
  }

  /// The idle timeout of a session in seconds: its own or, if that is 0, the namespace's.
  func idleTimeout(own: UInt32) -> Int { own == 0 ? timeouts.idle : Int(own) }

  /// When a session that is used now ends.
  func idleDeadline(own: UInt32, absolute: Instant) -> Instant {
    min(instant + .seconds(idleTimeout(own: own)), absolute)
  }

  /// When a session that is created now ends at the latest, by its own absolute timeout or, if that
  /// is 0, the namespace's.
  func absoluteDeadline(own: Int32) -> Instant {
    let seconds = own == 0 ? timeouts.absolute : Int(own)
    return seconds == 0 ? .never : instant + .seconds(seconds)
  }
}

/// What became of a command in a shard.
enum ShardAnswer {
  /// It is done, and there is nothing to copy.
  case ended(Outcome)
  /// A session was found; the caller copies its bytes, up to the end of the facts' payload.
  case read(SessionFacts, place: Int)
  /// A session was found, as for `read`, and the command's caller holds its lock.
  case locked(SessionFacts, LockGrant, place: Int)
}

/// The sessions, chosen by the hash of their name, that one lock protects.
struct SessionShard: ~Copyable {
  private var table = SessionTable()

  /// How many sessions it holds, those past their timeout included.
  var count: Int { table.count }

  /// Carries out any command but a `put`.
  mutating func carryOut(
    _ command: borrowing SessionCommand, _ listed: ListedVersions?, hash: UInt64,
    at now: ShardMoment,
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
    case .lock:
      return acquire(command, place, at: now, budget)
    case .touch, .delete, .renew, .unlock:
      return .ended(change(command, listed, place, at: now, budget))
    case .put:
      preconditionFailure("a put comes with a record")
    }
  }

  /// Carries out a command that changes a session but not its payload, on a session that exists.
  private mutating func change(
    _ command: borrowing SessionCommand, _ listed: ListedVersions?, _ place: Int,
    at now: ShardMoment,
    _ budget: borrowing MemoryBudget
  ) -> Outcome {
    if let refusal = refusal(command, listed, place, at: now) { return refusal }
    switch command.verb {
    case .touch:
      slide(place, at: now)
      return .touched
    case .renew:
      table[place].lock.extend(to: now.instant + .seconds(Int(command.lease)))
      slide(place, at: now)
      return .renewed
    case .unlock:
      if command.yields, table[place].lock.held(at: now.instant)?.isFoundAgain == true {
        return .lockLost
      }
      budget.release(table[place].lock.cost)
      table[place].lock.release()
      return .unlocked
    default:
      budget.release(table.remove(at: place).cost)
      return .deleted
    }
  }

  /// Creates or replaces a session. `record` goes in; the record that was replaced or refused comes
  /// out, to be freed after the lock is released.
  mutating func put(
    _ command: borrowing SessionCommand, _ listed: ListedVersions?, hash: UInt64,
    at now: ShardMoment,
    _ budget: borrowing MemoryBudget, record: inout SessionRecord?
  ) -> Outcome {
    let place = findLiving(command, hash: hash, at: now, budget)
    if let refusal = refusal(command, listed, place, at: now) { return refusal }
    guard var fresh = record.take() else { preconditionFailure("a put comes with a record") }
    let keepsLock = command.unlocks ? false : !command.heldLock.isNone
    let cost = fresh.cost + (keepsLock ? SharedSessions.lockOverhead : 0)
    guard budget.reserve(cost - (place.map { table[$0].cost } ?? 0)) else {
      record = consume fresh
      return .fault(.storeFull)
    }
    let own = UInt32(command.ownIdleTimeout)
    guard let place else {
      let absolute = now.absoluteDeadline(own: command.absoluteTimeout)
      table.insert(
        SessionEntry(
          record: fresh, version: command.version, absoluteDeadline: absolute,
          idleDeadline: now.idleDeadline(own: own, absolute: absolute), ownIdleTimeout: own),
        hash: hash)
      return .created(command.version)
    }
    swap(&table[place].record, &fresh)
    record = consume fresh
    table[place].version = command.version
    table[place].ownIdleTimeout = own
    if !keepsLock { table[place].lock.release() }
    slide(place, at: now)
    return .replaced(command.version)
  }

  /// The content type, followed by the payload, of the session at a place that was just read.
  @_lifetime(borrow self)
  func bytes(at place: Int) -> RawSpan { table[place].record.contentTypeAndPayload }

  /// Frees sessions past their timeout in up to `limit` places; returns how many it looked at.
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
    budget.release(table.remove(at: place).cost)
    return nil
  }

  // MARK: Locks and conditions

  /// Why a command must not act on the session at a place, or on a missing one; nil when it may.
  ///
  /// 1. A caller that names a lock, or needs one, must hold it.
  /// 2. The condition must hold.
  private func refusal(
    _ command: borrowing SessionCommand, _ listed: ListedVersions?, _ place: Int?,
    at now: ShardMoment
  ) -> Outcome? {
    let isFenced = !command.heldLock.isNone
    let verb = command.verb
    if isFenced || verb == .renew || verb == .unlock {
      guard let place, table[place].lock.held(at: now.instant)?.token == command.heldLock else {
        return .lockLost
      }
    }
    switch command.condition {
    case .none: return nil
    case .exists: return place == nil ? .conditionFailed(present: nil) : nil
    case .absent: return place == nil ? nil : .conditionFailed(present: nil)
    case .matches:
      guard let place else { return .conditionFailed(present: nil) }
      let version = table[place].version
      return listed?.contains(version) == true ? nil : .conditionFailed(present: version)
    }
  }

  /// Acquires the lock unless another caller holds it; a caller that asks again gets its own lock
  /// again.
  private mutating func acquire(
    _ command: borrowing SessionCommand, _ place: Int, at now: ShardMoment,
    _ budget: borrowing MemoryBudget
  ) -> ShardAnswer {
    var facts = LockFacts(
      token: command.freshLock, request: command.lockRequest, acquired: now.instant,
      leaseEnd: now.instant + .seconds(Int(command.lease)))
    if let held = table[place].lock.held(at: now.instant) {
      let (named, fresh, request) = (command.heldLock, command.freshLock, command.lockRequest)
      // A lock that this very command acquired does not count as found again, however often the
      // command is sent.
      let isFresh = held.token == fresh
      guard isFresh || held.token == named || !request.isNone && held.request == request else {
        return .ended(held.refusal(at: now.instant))
      }
      if !isFresh { table[place].lock.findAgain() }
      facts = held
    } else if command.yields {
      return .ended(.lockHeld(age: 0, retryAfter: 1))
    } else {
      guard budget.reserve(SharedSessions.lockOverhead - table[place].lock.cost) else {
        return .ended(.fault(.storeFull))
      }
      table[place].lock.acquire(facts)
    }
    slide(place, at: now)
    let left = (facts.leaseEnd - now.instant).millisecondsRoundedUp
    let grant = LockGrant(token: facts.token, expiresIn: IdleTimeout.secondsLeft(left))
    return .locked(self.facts(place, withPayload: true, at: now), grant, place: place)
  }

  private mutating func slide(_ place: Int, at now: ShardMoment) {
    table[place].idleDeadline = now.idleDeadline(
      own: table[place].ownIdleTimeout, absolute: table[place].absoluteDeadline)
  }

  private func facts(_ place: Int, withPayload: Bool, at now: ShardMoment) -> SessionFacts {
    let left = (table[place].idleDeadline - now.instant).millisecondsRoundedUp
    // Another worker may have read its clock a little later and slid the timeout since, so what is
    // left may exceed the timeout.
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

  /// The outcome where there is no such session. A command that requires the session or its lock
  /// fails with an outcome of its own.
  private static func outcomeForMissing(_ command: borrowing SessionCommand) -> Outcome {
    switch command.verb {
    case .touch, .delete:
      if !command.heldLock.isNone { return .lockLost }
      switch command.condition {
      case .exists, .matches: return .conditionFailed(present: nil)
      case .none, .absent: return .missing
      }
    case .renew, .unlock: return .lockLost
    case .get, .peek, .inspect, .put, .lock: return .missing
    }
  }
}
