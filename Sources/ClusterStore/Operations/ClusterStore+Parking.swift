// What waits: operations whose slot has no ready owner, operations that a node refused for a
// passing reason, and large ones whose turn has not come. Each keeps a copy of its commands and the
// time of its next attempt.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Whether a new operation may wait for a node. One that has been in a pipeline always may: it is
  /// counted there already, and those of other nodes must not end because one is gone.
  var hasParkingRoom: Bool {
    let limits = configuration.limits
    let load = parking.forNodes
    return load.operations < limits.parkedOperations && load.bytes < limits.parkedBytes
  }

  /// When to retry an operation that waits for a node. Any change wakes it earlier, so this is the
  /// rare case. Operations that start to wait while others do share their time, so that one pass
  /// tries all.
  func nextTry(at now: Instant) -> Instant {
    let due = now + configuration.limits.retryPause
    return parking.due > now ? min(parking.due, due) : due
  }

  /// Sets an operation aside until `due`.
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

  /// Puts a parked operation back at the end of the queue until `due`.
  mutating func putBack(_ waiting: consuming ParkedOperation, until due: Instant) {
    if parking.isFull { parking.dropEnded(operations, to: &spare) }
    parking.append(waiting, until: due)
    check(at: due)
  }

  /// Looks at what is parked at once: some of it is due, or has ended.
  mutating func schedulePass(at now: Instant) {
    parking.schedulePass(at: now)
    check(at: now)
  }

  /// When to retry an operation that was refused: after a full-jitter pause that doubles with each
  /// attempt, from milliseconds to a quarter of a second.
  mutating func pause(_ handle: Ticket, at now: Instant) -> Instant {
    now + Backoff.retry.pause(failures: max(1, operations[handle].attempts), random: jitter.bits())
  }

  /// Makes everything parked due: a connection became ready or the topology changed.
  mutating func makeAllDue(at now: Instant) {
    guard !parking.isEmpty else { return }
    parking.makeAllDue(at: now)
    schedulePass(at: now)
  }

  /// Tries what is due. What is not yet due keeps its place in the order.
  mutating func runPass(at now: Instant) {
    guard parking.due <= now else { return check(at: parking.due) }
    beginTurns()
    for _ in 0..<parking.beginPass() {
      guard let waiting = parking.popFirst() else { break }
      attempt(waiting, at: now)
    }
    check(at: parking.due)
  }

  private mutating func attempt(_ waiting: consuming ParkedOperation, at now: Instant) {
    let handle = waiting.operation
    guard operations.contains(handle) else { return spare.give(waiting.bytes) }
    guard operations[handle].deadline > now else {
      spare.give(waiting.bytes)
      return giveUp(handle, .deadlinePassed)
    }
    let due = operations[handle].takeVerdict() ? now : waiting.due
    guard due <= now || waiting.awaitsTurn else { return putBack(waiting, until: due) }
    let slot = operations[handle].slot
    let asked = usable(waiting.asked)
    guard let link = asked ?? owner(of: slot), nodes[link].takesCommands else {
      waiting.awaitsTurn = false
      wantOwner(of: slot, at: now)
      if let asked { open(asked, at: now) }
      return putBack(waiting, until: nextTry(at: now))
    }
    guard nodes[link].pipeline.hasRoom else {
      if waiting.awaitsTurn { nodes[link].isAwaited = true }
      return putBack(waiting, until: nextTry(at: now))
    }
    waiting.awaitsTurn = false
    let isLost = operations[handle].isLostWrite
    let found = operations[handle].base
    if isLost, found == .unknown { return verify(waiting, at: link, at: now) }
    if makeWait(handle, with: waiting.bytes.count, for: link) {
      waiting.awaitsTurn = true
      return putBack(waiting, until: nextTry(at: now))
    }
    if isLost { RepeatedWrite.demand(found, in: &waiting.bytes) }
    stamp(handle, in: &waiting.bytes, at: now)
    send(handle, waiting.bytes.bytes, to: link, asking: asked != nil, at: now)
    spare.give(waiting.bytes)
  }

  /// Stamps what an operation writes with the time at which it really leaves.
  private mutating func stamp(_ handle: Ticket, in commands: inout ByteBuffer, at now: Instant) {
    guard case .session(.put, _) = operations[handle].purpose else { return }
    let beginning = operations[handle].beginning.delayed(to: uniqueTime(atLeast: now))
    RecordStamping.stamp(operations[handle].version, in: &commands, as: beginning)
  }

  /// The node that ASK named; nil if it is gone, cannot be reached or is another one, and then the
  /// owner is asked again.
  private func usable(_ asked: Link?) -> Link? {
    guard let asked, nodes.contains(asked), nodes[asked].fault == nil else { return nil }
    return nodes[asked].isSuspect || nodes[asked].isStranger ? nil : asked
  }

  /// Writes an operation's commands to a ready node's log, each behind an ASKING if ASK sent it
  /// there.
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

  /// Parks an operation that a node refused without executing it, to be sent again at `due`.
  mutating func retry(
    _ handle: Ticket, _ bytes: consuming ByteBuffer, at due: Instant, asked: Link? = nil
  ) {
    guard operations[handle].attempts < configuration.limits.attempts else {
      spare.give(bytes)
      counters.overloaded += 1
      return giveUp(handle, .unavailable)
    }
    park(handle, bytes, until: due, asked: asked)
  }

  /// A look has shown that the lock can be acquired: now it is, and the session is read behind it.
  mutating func acquire(_ handle: Ticket, from link: Link, at now: Instant) {
    var bytes = copyFront(of: link)
    ScriptedCommand.takeLock(in: &bytes)
    let first = bytes.count
    CommandEncoder.one("GET", spaces[operations[handle].namespace], ids[handle], in: &bytes)
    operations[handle].commandLengths = CommandLengths(first: first, of: bytes.count)
    operations[handle].weight = large.size(of: ids[handle], in: operations[handle].slot)
    // It is no retry.
    operations[handle].attempts = 0
    retry(handle, bytes, at: now)
  }

  /// GETEX was refused because it writes: the session is read instead, and slid afterwards if
  /// possible.
  mutating func readApart(_ handle: Ticket, at now: Instant) {
    let namespace = operations[handle].namespace
    var bytes = spare.take()
    CommandEncoder.one("PTTL", spaces[namespace], ids[handle], in: &bytes)
    let first = bytes.count
    CommandEncoder.one("GET", spaces[namespace], ids[handle], in: &bytes)
    operations[handle].commandLengths = CommandLengths(first: first, of: bytes.count)
    operations[handle].becomePeek()
    retry(handle, bytes, at: now)
  }
}
