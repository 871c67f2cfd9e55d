// What waits: operations whose slot has no ready owner, those that a node refused for a reason that
// passes, and large ones whose turn is yet to come. Each keeps a copy of its commands and the time of its
// next attempt.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Whether one more operation may wait.
  var hasParkingRoom: Bool {
    !parked.isFull && parkedBytes < configuration.limits.parkedBytes
  }

  /// When an operation is tried again that waits for a node: whatever changes wakes it, so this is
  /// the rare case. Those that begin to wait while others do are tried with them, all in one pass.
  func patience(at now: Instant) -> Instant {
    let due = now + .milliseconds(50)
    return parkedDue > now && parkedDue < due ? parkedDue : due
  }

  /// Puts an operation aside until `due`.
  mutating func park(
    _ handle: Ticket, _ bytes: consuming ByteBuffer, until due: Instant, asked: Link? = nil,
    awaitsTurn: Bool = false
  ) {
    operations[handle].link = .none
    operations[handle].isFromReplica = false
    operations[handle].startOver()
    putBack(
      ParkedOperation(
        operation: handle, bytes: bytes, due: due, asked: asked, awaitsTurn: awaitsTurn),
      until: due)
  }

  /// Puts a parked operation back at the end until `due`.
  mutating func putBack(_ waiting: consuming ParkedOperation, until due: Instant) {
    waiting.due = due
    weigh(waiting, by: 1)
    if due < parkedDue { parkedDue = due }
    check(at: due)
    let refused = parked.append(waiting) != nil
    precondition(!refused, "ask hasParkingRoom before parking")
  }

  /// Counts a parked operation in, or out (-1).
  private mutating func weigh(_ waiting: borrowing ParkedOperation, by count: Int) {
    if waiting.awaitsTurn {
      awaitingTurns += count
      awaitingBytes += count * waiting.bytes.count
    } else {
      parkedBytes += count * waiting.bytes.count
    }
  }

  /// Makes one parked operation due.
  mutating func wake(_ handle: Ticket, at now: Instant) {
    for place in 0..<parked.count where parked[place].operation == handle {
      parked[place].due = now
    }
    parkedDue = now
    check(at: now)
  }

  /// When an operation that must be patient is tried again: after a full-jitter pause that doubles
  /// with each attempt, from milliseconds to a quarter of a second.
  mutating func pause(_ handle: Ticket, at now: Instant) -> Instant {
    now + Backoff.retry.pause(failures: max(1, operations[handle].attempts), random: jitter.bits())
  }

  /// Makes all that is parked due: a connection became ready or the topology changed.
  mutating func release(at now: Instant) {
    for place in 0..<parked.count { parked[place].due = now }
    if !parked.isEmpty {
      parkedDue = now
      check(at: now)
    }
  }

  /// Tries what is due again. What is not due yet keeps its place in the order.
  mutating func retryDue(at now: Instant) {
    guard parkedDue <= now else { return check(at: parkedDue) }
    parkedDue = .never
    beginTurns()
    for _ in 0..<parked.count {
      guard let waiting = parked.popFirst() else { break }
      weigh(waiting, by: -1)
      attempt(waiting, at: now)
    }
    check(at: parkedDue)
  }

  private mutating func attempt(_ waiting: consuming ParkedOperation, at now: Instant) {
    let handle = waiting.operation
    guard operations.contains(handle) else { return spare.give(waiting.bytes) }
    guard operations[handle].deadline > now else {
      spare.give(waiting.bytes)
      return giveUp(handle, .deadlinePassed)
    }
    let due = waiting.due
    guard due <= now || waiting.awaitsTurn else { return putBack(waiting, until: due) }
    let slot = operations[handle].slot
    let asked = usable(waiting.asked)
    guard let link = asked ?? owner(of: slot), nodes[link].takesCommands else {
      waiting.awaitsTurn = false
      wantOwner(of: slot, at: now)
      if let asked { open(asked, at: now) }
      return putBack(waiting, until: patience(at: now))
    }
    guard nodes[link].pipeline.hasRoom else {
      if waiting.awaitsTurn { nodes[link].isAwaited = true }
      return putBack(waiting, until: patience(at: now))
    }
    waiting.awaitsTurn = false
    let isLost = operations[handle].isLostWrite
    let found = operations[handle].ground
    if isLost, found == .unknown { return verify(waiting, at: link, at: now) }
    if keepsWaiting(handle, with: waiting.bytes.count, for: link) {
      waiting.awaitsTurn = true
      return putBack(waiting, until: patience(at: now))
    }
    if isLost { RepeatedWrite.demand(found, in: &waiting.bytes) }
    stamp(handle, in: &waiting.bytes, at: now)
    send(handle, waiting.bytes.bytes, to: link, asking: asked != nil, at: now)
    spare.give(waiting.bytes)
  }

  /// Notes in what an operation writes that it leaves only now.
  private mutating func stamp(_ handle: Ticket, in commands: inout ByteBuffer, at now: Instant) {
    guard case .session(.put, _) = operations[handle].purpose else { return }
    let beginning = operations[handle].beginning.delayed(to: apart(now))
    RecordStamping.stamp(operations[handle].version, in: &commands, as: beginning)
  }

  /// The node that ASK named, unless it is gone or cannot be reached: then the owner is asked again.
  private func usable(_ asked: Link?) -> Link? {
    guard let asked, nodes.contains(asked) else { return nil }
    return nodes[asked].fault == nil && !nodes[asked].isSuspect ? asked : nil
  }

  /// Writes an operation's commands to a ready node's log, each behind an ASKING where ASK told so.
  private mutating func send(
    _ handle: Ticket, _ bytes: RawSpan, to link: Link, asking: Bool, at now: Instant
  ) {
    if operations[handle].attempts > 0 { counters.retried += 1 }
    let mark = nodes[link].pipeline.log.count
    if asking {
      let first = operations[handle].commandLengths.first
      CommandEncoder.asking(in: &nodes[link].pipeline.log)
      nodes[link].pipeline.log.append(bytes.extracting(first: first))
      if first < bytes.byteCount {
        CommandEncoder.asking(in: &nodes[link].pipeline.log)
        nodes[link].pipeline.log.append(bytes.extracting(droppingFirst: first))
      }
    } else {
      nodes[link].pipeline.log.append(bytes)
    }
    enqueue(handle, on: link, from: mark, asking: asking, at: now)
  }

  /// Parks an operation that a node refused without executing it. The first redirect is followed at
  /// once (`hurry`); a chain of them waits like any other refusal.
  mutating func retry(
    _ handle: Ticket, _ bytes: consuming ByteBuffer, at now: Instant, hurry: Bool,
    asked: Link? = nil
  ) {
    guard operations[handle].attempts < configuration.limits.attempts, hasParkingRoom else {
      spare.give(bytes)
      counters.overloaded += 1
      return giveUp(handle, .unavailable)
    }
    let due = hurry ? now : pause(handle, at: now)
    park(handle, bytes, until: due, asked: asked)
  }

  /// GETEX was refused as the write that it is: the session is read, and slid behind that if it can be.
  mutating func readApart(_ handle: Ticket, at now: Instant) {
    let namespace = operations[handle].namespace
    var bytes = spare.take()
    CommandEncoder.one("PTTL", spaces[namespace], ids[handle], in: &bytes)
    let first = bytes.count
    CommandEncoder.one("GET", spaces[namespace], ids[handle], in: &bytes)
    operations[handle].commandLengths = CommandLengths(first: first, of: bytes.count)
    operations[handle].becomePeek()
    retry(handle, bytes, at: now, hurry: true)
  }
}
