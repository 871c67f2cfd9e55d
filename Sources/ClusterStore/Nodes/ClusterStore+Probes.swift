// Probes of nodes. An owner of slots that got no command for a second is asked to set the timeout
// of a session that does not exist, in one of its slots, and to read it. So a node that hangs, is
// loading its data or finds its cluster down is known before a caller meets it, and known to be
// back even if a balancer sends no callers. A replica that is read from is asked how closely it
// follows its primary. One probe at a time.
//
// Rejected: PING, which a node answers although its cluster is down; CLUSTER INFO, which a user's
// ACL may not allow; a read alone, which a node whose cluster is down may still answer
// (`cluster-allow-reads-when-down`) while no GET could slide; a write alone, which a node without
// enough replicas refuses before it says that it is loading; ending the state at the next caller's
// success, because a gateway that is not ready has no callers.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Probes a connected node if it is time to.
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
    // A node that owes an answer is already being listened to.
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

  /// When an owner is probed next: soon if a caller was refused or it refused the last probe, else
  /// once it has had no command for a while.
  private func serviceDue(_ node: borrowing Node) -> Instant {
    let limits = configuration.limits
    if node.probe.isCalledFor { return node.probe.at + limits.refusedCallerPause }
    if node.probe.verdict == .refusing { return node.probe.at + limits.refusedProbePause }
    return max(node.probe.at, node.usedAt) + limits.probing
  }

  private mutating func askForLag(_ link: Link, at now: Instant) {
    guard nodes[link].sentReadOnly else { return wantReconnect(of: link, at: now) }
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

  /// Turns what was written to the link's log from `mark` on into a probe.
  private mutating func close(
    _ question: Probe.Question, of link: Link, from mark: Int, replies: Int, at now: Instant
  ) {
    nodes[link].probe.at = now
    nodes[link].probe.question = question
    nodes[link].probe.sequence = enqueueOwn(on: link, from: mark, replies: replies, at: now)
  }

  /// A key in one of the slots that a node owns: the last one used if it still is. With a single
  /// slot the search takes about a millisecond, once.
  private func number(for link: Link) -> Int? {
    let first = nodes[link].probe.number
    for step in 0..<Probe.numbers {
      let number = (first + step) % Probe.numbers
      if owner(of: spaces[0].slot(ofProbe: number)) == link { return number }
    }
    return nil
  }

  /// Takes a node's answer to a probe.
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

  /// Takes the answer to the write or to the read behind it. The node serves if neither refuses.
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
    // A lone node's address may lead to the new primary by now, and no caller is there to find out.
    if error == .readOnly, deployment == .single { wantReconnect(of: link, at: now) }
    let kind = ErrorKind(error)
    if kind.endsService { nodes[link].probe.isRefused = true }
    // The user may be limited to other keys.
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
