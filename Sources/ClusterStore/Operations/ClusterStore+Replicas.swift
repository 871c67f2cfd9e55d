// Reading from replicas (`--redis-read replica`, docs/decisions/0012). A read goes to a replica of
// its slot that is connected and follows its primary closely enough. If that replica cannot answer,
// or knows of no session, the primary is asked at once, with the same commands.
//
//   submit ─► fresh replica ─► GET ─┬─ found ───► answered; the primary slides
//                                   └─ nothing, refused, lost ─► the primary
//
// Each replica is asked once a second how closely it follows (`ClusterStore+Probes`). It may be
// read from while it has heard from its primary within `ClusterLimits.replicaLag`, even if the
// primary is down: reads then continue through a failover.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// A replica that may answer a read of this slot; a different one each time.
  mutating func replica(of slot: UInt16) -> Link? {
    guard let owner = owner(of: slot) else { return nil }
    let count = nodes[owner].replicas.count
    nodes[owner].lastReplica &+= 1
    for step in 0..<count {
      let link = nodes[owner].replicas[(nodes[owner].lastReplica &+ step) % count]
      guard nodes.contains(link), nodes[link].isFresh, nodes[link].takesCommands,
        nodes[link].pipeline.hasRoom
      else { continue }
      return link
    }
    return nil
  }

  /// Whether reads should go to replicas and an owner of slots has none. Only the topology shows
  /// that a replica is back.
  var isBare: Bool {
    configuration.reads == .replica && anyOwner { $0.replicas.isEmpty }
  }

  /// Puts a read into a replica's pipeline.
  mutating func read(
    _ handle: Ticket, _ command: borrowing SessionCommand, from link: Link, at now: Instant
  ) -> Submission {
    let mark = nodes[link].pipeline.log.count
    operations[handle].commandLengths = CommandEncoder.encode(
      reading: command, space: spaces[command.namespace], into: &nodes[link].pipeline.log)
    operations[handle].isFromReplica = true
    operations[handle].slidesApart = command.verb == .get
    counters.replicaReads += 1
    enqueue(handle, on: link, from: mark, asking: false, at: now)
    return .pending(operation: handle)
  }

  /// Sends a read that a replica could not answer to its primary.
  mutating func askPrimary(_ handle: Ticket, _ error: RedisError?, by link: Link, at now: Instant) {
    counters.replicaFallbacks += 1
    if let error, error.callsForRefresh { wantRefresh(at: now) }
    retry(handle, copyFront(of: link), at: now)
  }

  /// Slides, at the primary, the timeout of a session that was read from a replica. The replica's
  /// record may be outdated: the timeout that it names is not trusted, and the namespace's timeout
  /// never shortens what is there.
  mutating func slide(_ handle: Ticket, byRecord: Bool, at now: Instant) {
    guard !operations.isFull else { return }
    var slide = operations[handle].correction(until: now + configuration.limits.correction)
    let slot = slide.slot
    if let link = owner(of: slot), nodes[link].takesCommands,
      nodes[link].pipeline.hasSpareRoom
    {
      let mark = nodes[link].pipeline.log.count
      CommandEncoder.slide(
        spaces[slide.namespace], ids[handle], byRecord: byRecord, in: &nodes[link].pipeline.log)
      enqueue(slide, onSessionOf: handle, on: link, from: mark, at: now)
      return
    }
    // The caller has its answer and the next read slides again, so this must not take room from
    // operations that someone waits for.
    guard hasParkingRoom, parkedCount < configuration.limits.ownOperations else { return }
    var bytes = spare.take()
    CommandEncoder.slide(
      spaces[slide.namespace], ids[handle], byRecord: byRecord, in: &bytes)
    slide.commandLengths = CommandLengths(bytes.count)
    park(insert(slide, onSessionOf: handle), bytes, until: nextTry(at: now))
    wantOwner(of: slot, at: now)
  }
}

extension SessionCommand {
  /// Whether a replica, which may know less than its primary, may answer the command.
  var mayLag: Bool {
    switch verb {
    case .get, .peek, .inspect: !needsLatest
    case .put, .touch, .delete, .lock, .renew, .unlock: false
    }
  }
}
