// What waits: operations whose slot has no ready owner, and those that a node refused for a reason
// that passes. Each keeps a copy of its commands and the time of its next attempt.

import Primitives
import Redis
import Sessions

/// An operation that is in no pipeline.
struct ParkedOperation: ~Copyable {
  /// Whose commands these are.
  let operation: Ticket
  /// The commands, one after the other.
  var bytes: ByteBuffer
  /// When it is tried again.
  var due: Instant
  /// The node that ASK named for the next attempt only.
  let asked: Link?
}

extension ClusterStore {
  /// Whether one more operation may wait.
  var hasParkingRoom: Bool {
    !parked.isFull && parkedBytes < configuration.limits.parkedBytes
  }

  /// Puts an operation aside until `due`.
  mutating func park(
    _ handle: Ticket, _ bytes: consuming ByteBuffer, until due: Instant, asked: Link? = nil
  ) {
    operations[handle].link = .none
    operations[handle].startOver()
    parkedBytes += bytes.count
    if due < parkedDue { parkedDue = due }
    check(at: due)
    parked.append(
      ParkedOperation(operation: handle, bytes: bytes, due: due, asked: asked))
  }

  /// When an operation that must be patient is tried again: after a full-jitter pause that doubles
  /// with each attempt, from milliseconds to a quarter of a second.
  mutating func pause(_ handle: Ticket, at now: Instant) -> Instant {
    now + Backoff.retry.pause(failures: max(1, operations[handle].attempts), random: entropy.bits())
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
    for _ in 0..<parked.count {
      guard let waiting = parked.popFirst() else { break }
      parkedBytes -= waiting.bytes.count
      attempt(waiting, at: now)
    }
    check(at: parkedDue)
  }

  private mutating func attempt(_ waiting: consuming ParkedOperation, at now: Instant) {
    let handle = waiting.operation
    guard operations.contains(handle) else { return spare.give(waiting.bytes) }
    let asked = waiting.asked
    guard waiting.due <= now else {
      let due = waiting.due
      return park(handle, waiting.bytes, until: due, asked: asked)
    }
    let slot = operations[handle].slot
    guard let link = asked.flatMap({ nodes.contains($0) ? $0 : nil }) ?? owner(of: slot),
      nodes[link].isReady, nodes[link].pipeline.hasRoom
    else {
      wantOwner(of: slot, at: now)
      if let asked, nodes.contains(asked) { open(asked, at: now) }
      return park(handle, waiting.bytes, until: now + .milliseconds(50), asked: asked)
    }
    send(handle, waiting.bytes.bytes, to: link, asking: asked != nil, at: now)
    spare.give(waiting.bytes)
  }

  /// Writes an operation's commands to a ready node's log, each behind an ASKING where ASK told so.
  private mutating func send(
    _ handle: Ticket, _ bytes: RawSpan, to link: Link, asking: Bool, at now: Instant
  ) {
    if operations[handle].attempts > 0 { counters.retried += 1 }
    let mark = nodes[link].pipeline.log.count
    if asking {
      let first = operations[handle].commandLengths.0
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
  mutating func again(
    _ handle: Ticket, _ bytes: consuming ByteBuffer, at now: Instant, hurry: Bool,
    asked: Link? = nil
  ) {
    guard operations[handle].attempts < configuration.limits.attempts, hasParkingRoom else {
      spare.give(bytes)
      counters.overloaded += 1
      return finish(handle, .fault(.unavailable))
    }
    let due = hurry ? now : pause(handle, at: now)
    park(handle, bytes, until: due, asked: asked)
  }

  /// Ends an operation without a payload.
  mutating func finish(_ handle: Ticket, _ outcome: Outcome) {
    guard operations.contains(handle) else { return }
    let operation = operations.remove(handle)
    if case .correction = operation.purpose { return }
    completions.append(
      Completion(ticket: operation.ticket, tag: operation.tag, outcome: outcome))
  }
}
