// What nodes are asked of themselves. An owner of slots to whom nobody has given a command for a second is asked to
// set the timeout of a session that nobody has, in one of its slots, and to read it: so a node that hangs,
// reads its data or finds its cluster down is known before a caller meets it, and known to be back although
// a balancer sends no callers. A replica that is read from is asked how it follows its primary. One
// question at a time.
//
// Rejected: PING, which a node answers whose cluster is down; CLUSTER INFO, which a user's ACL may not
// allow; a read alone, which such a cluster may still answer (`cluster-allow-reads-when-down`) while every
// GET slides; a write alone, which a node without replicas refuses before it says that it reads its data; a
// state that the next caller's success ends, for who is not ready has no callers.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Asks a connected node how it is, where it is time.
  mutating func probe(_ link: Link, at now: Instant) {
    if nodes[link].slotCount > 0 {
      askForService(link, at: now)
    } else if configuration.reads == .replica, nodes[link].role == .replica {
      askForLag(link, at: now)
    }
  }

  private mutating func askForService(_ link: Link, at now: Instant) {
    guard nodes[link].probe.sequence == 0 else { return }
    let due = serviceDue(nodes[link])
    guard due <= now else { return check(at: due) }
    check(at: now + configuration.limits.probing)
    // One that has something to answer is listened to already.
    let isNeeded = nodes[link].probe.isCalledFor || nodes[link].probe.verdict == .refusing
    guard nodes[link].takesCommands, nodes[link].pipeline.isEmpty || isNeeded,
      nodes[link].pipeline.hasSpareRoom, let number = number(for: link)
    else { return }
    nodes[link].probe.number = number
    nodes[link].probe.isCalledFor = false
    let mark = nodes[link].pipeline.log.count
    CommandEncoder.probe(spaces[0], number, in: &nodes[link].pipeline.log)
    close(.service, of: link, from: mark, replies: 2, at: now)
  }

  /// When an owner is asked again: soon where somebody was refused or it refuses, else once it was given
  /// nothing for a while.
  private func serviceDue(_ node: borrowing Node) -> Instant {
    if node.probe.isCalledFor { return node.probe.at + .milliseconds(100) }
    if node.probe.verdict == .refusing { return node.probe.at + .milliseconds(250) }
    return max(node.probe.at, node.usedAt) + configuration.limits.probing
  }

  private mutating func askForLag(_ link: Link, at now: Instant) {
    guard nodes[link].saidReadOnly else { return wantRenewal(of: link, at: now) }
    guard nodes[link].probe.sequence == 0 else { return }
    let due = nodes[link].probe.at + configuration.limits.probing
    guard due <= now else { return check(at: due) }
    check(at: now + configuration.limits.probing)
    guard nodes[link].pipeline.hasSpareRoom else { return }
    let mark = nodes[link].pipeline.log.count
    CommandWriter.begin(2, "INFO", in: &nodes[link].pipeline.log)
    CommandWriter.argument("replication", in: &nodes[link].pipeline.log)
    close(.lag, of: link, from: mark, replies: 1, at: now)
  }

  /// Makes what was written to the link's log from `mark` on a question.
  private mutating func close(
    _ question: Probe.Question, of link: Link, from mark: Int, replies: Int, at now: Instant
  ) {
    nodes[link].probe.at = now
    nodes[link].probe.question = question
    nodes[link].probe.sequence = nodes[link].pipeline.close(
      .none, .upkeep, from: mark, replies: replies, asking: false, at: now)
    markDirty(link)
  }

  /// A key in one of the slots that a node owns: the last one where it still is. So few slots as one cost a
  /// thousandth of a second, once.
  private func number(for link: Link) -> Int? {
    let first = nodes[link].probe.number
    for step in 0..<Probe.numbers {
      let number = (first + step) % Probe.numbers
      if owner(of: spaces[0].slot(ofProbe: number)) == link { return number }
    }
    return nil
  }

  /// Takes what a node says of itself.
  mutating func takeProbe(_ entry: Pipeline.Entry, from link: Link, at now: Instant) {
    guard nodes[link].probe.sequence == entry.sequence else { return }
    if entry.isLast {
      nodes[link].probe.sequence = 0
      check(at: now)
    }
    switch nodes[link].probe.question {
    case .service: takeService(entry, from: link, at: now)
    case .lag: takeLag(from: link)
    }
  }

  /// Takes an answer to the write, or to the read behind it: it serves where neither says that it does not.
  private mutating func takeService(_ entry: Pipeline.Entry, from link: Link, at now: Instant) {
    if entry.answered == 0 { nodes[link].probe.isRefused = false }
    if nodes[link].reply.kind == .error {
      takeRefusal(RedisError(nodes[link].reply.string()), by: link, at: now)
    }
    guard entry.isLast else { return }
    nodes[link].latency = now - entry.since
    nodes[link].probe.verdict = nodes[link].probe.isRefused ? .refusing : .serving
    if nodes[link].probe.isRefused { nodes[link].probe.isCalledFor = false }
  }

  private mutating func takeRefusal(_ error: RedisError, by link: Link, at now: Instant) {
    if error.callsForRefresh { wantRefresh(at: now) }
    // Behind a lone node's address may be the new primary by now, and no caller is there to meet it.
    if error == .readOnly, deployment == .single { wantRenewal(of: link, at: now) }
    let kind = ErrorKind(error)
    if kind.endsService { nodes[link].probe.isRefused = true }
    // A user may be kept to other keys.
    if kind.isState, kind != .noperm { note(error, of: link, at: now) }
  }

  private mutating func takeLag(from link: Link) {
    let lag = ReplicationLag(nodes[link].reply.string())
    let isFresh = lag.seconds.map { $0 <= configuration.limits.replicaLag.seconds } ?? false
    guard isFresh != nodes[link].isFresh else { return }
    nodes[link].isFresh = isFresh
    let endpoint = nodes[link].endpoint
    events.append(isFresh ? .replicaReadable(endpoint) : .replicaLagging(endpoint))
  }
}
