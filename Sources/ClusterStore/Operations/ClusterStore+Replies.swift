// What comes back. The socket is read straight into the node's reply reader. Redis answers in
// order, so each reply belongs to the front entry of the node's pipeline.

public import Primitives
import Redis
public import Sessions

extension ClusterStore {
  /// Room for the connection to read into; `received` is then told how much was filled.
  public mutating func prepare(_ link: Link, room: Int) -> ReadRoom {
    nodes[link].reader.prepare(room)
  }

  /// `count` bytes arrived. The caller then takes completions until there are none.
  public mutating func received(_ link: Link, _ count: Int, at now: Instant) {
    nodes[link].reader.commit(count)
    reading = link
    hear(link, at: now)
  }

  /// Whether there may be completions to take.
  public var hasCompletions: Bool { !completions.isEmpty || reading != nil }

  /// The next operation that ended, with a reply or a fault; nil when there is none.
  public mutating func nextCompletion(
    at moment: Moment, reply: inout ByteBuffer
  ) -> Completion? {
    while true {
      if let ended = completions.popFirst() {
        if ended.operation == .none { continue }
        return ended.completion
      }
      guard let link = reading else { return nil }
      guard nodes.contains(link) else {
        reading = nil
        return nil
      }
      switch nodes[link].nextReply() {
      case .needMore:
        reading = nil
      case .broken(let fault):
        // Asking again would only break the next connection, too.
        if fault == .tooLarge, let entry = nodes[link].pipeline.front {
          finish(entry.operation, .fault(.unreadable))
        }
        drop(link, .brokenProtocol, at: moment.instant)
      case .reply:
        if let completion = take(from: link, at: moment, &reply) { return completion }
      }
    }
  }

  /// Gives the link's complete reply to what it belongs to.
  private mutating func take(
    from link: Link, at moment: Moment, _ bytes: inout ByteBuffer
  ) -> Completion? {
    let now = moment.instant
    if case .greeting = nodes[link].state {
      greet(link, at: now)
      return nil
    }
    guard nodes[link].pipeline.canBeAnswered, !saysProtocolError(link),
      let entry = nodes[link].pipeline.answer()
    else {
      refuseFront(of: link)
      drop(link, .brokenProtocol, at: now)
      return nil
    }
    if entry.operation == .none {
      if entry.isLast { retire(link, entry, at: now) }
      takeProbe(entry, from: link, at: now)
      takeLoading(entry, from: link, at: now)
      // Last, because the new topology may not contain this node.
      takeTopology(entry, from: link, at: now)
      return nil
    }
    return take(entry, from: link, at: moment, &bytes)
  }

  /// Whether the node found a command malformed, such as one with an argument beyond
  /// proto-max-bulk-len. It ends the connection then, whatever is in flight.
  private func saysProtocolError(_ link: Link) -> Bool {
    guard nodes[link].reply.kind == .error else { return false }
    let text = nodes[link].reply.string()
    return text.begins(with: "ERR Protocol error", in: ByteRange(0, text.byteCount))
  }

  /// Ends an operation that Redis refused before all of its command had been sent, for example
  /// because of its length: repeated, it would be refused again and cost the next connection, too.
  private mutating func refuseFront(of link: Link) {
    guard nodes[link].reply.kind == .error, nodes[link].pipeline.owesAnswer,
      let front = nodes[link].pipeline.front, operations.contains(front.operation)
    else { return }
    giveUp(front.operation, .misconfigured)
  }

  private mutating func greet(_ link: Link, at now: Instant) {
    switch nodes[link].judgeGreeting() {
    case .continue: break
    case .ready: linkReady(link, at: now)
    case .refused(let error): drop(link, .refused(ErrorKind(error)), at: now)
    case .unexpected: drop(link, .brokenProtocol, at: now)
    }
  }

  private mutating func take(
    _ entry: Pipeline.Entry, from link: Link, at moment: Moment, _ bytes: inout ByteBuffer
  ) -> Completion? {
    let now = moment.instant
    let isLast = entry.isLast
    defer { if isLast { retire(link, entry, at: now) } }
    // With ASKING in front of each command, every other reply is that ASKING's OK.
    let isCommand = !entry.asking || entry.answered % 2 == 1
    guard isCommand else { return nil }
    if nodes[link].reply.kind == .error, isLast {
      note(RedisError(nodes[link].reply.string()), of: link, at: now)
    }
    guard operations.contains(entry.operation) else { return nil }
    if divertReply(entry.operation, from: link, at: now) { return nil }
    let index = Int(entry.asking ? entry.answered / 2 : entry.answered)
    let step = nodes[link].answer(
      entry.operation, of: &operations, index: index, wall: moment.wall)
    return act(on: step, entry.operation, from: link, at: now, &bytes)
  }

  /// Takes a reply that its operation does not judge itself: the answer to a question about a lost
  /// write, or the refusal of a slide by a node that takes no writes. Returns whether it was one.
  private mutating func divertReply(_ handle: Ticket, from link: Link, at now: Instant) -> Bool {
    if case .verification(let write) = operations[handle].purpose {
      guard nodes[link].reply.kind != .error else { return false }
      operations.discard(handle)
      takeVerdict(on: write, from: link, at: now)
      return true
    }
    guard nodes[link].reply.kind == .error, RedisError(nodes[link].reply.string()).refusesWrites
    else { return false }
    if case .correction = operations[handle].purpose {
      // The caller has its answer, and the next read slides again.
      operations.discard(handle)
      return true
    }
    guard operations[handle].slidesAtOnce else { return false }
    readApart(handle, at: now)
    return true
  }

  /// Carries out what a reply means for its operation.
  private mutating func act(
    on step: Operation.Step, _ handle: Ticket, from link: Link, at now: Instant,
    _ bytes: inout ByteBuffer
  ) -> Completion? {
    switch step {
    case .more: break
    case .done(.fault) where operations[handle].isFromReplica:
      askPrimary(handle, nil, by: link, at: now)
    case .done(let outcome): return complete(handle, outcome, link, &bytes)
    case .correct(let outcome):
      correct(handle, on: link, at: now)
      return complete(handle, outcome, link, &bytes)
    case .slide(let outcome, let byRecord):
      slide(handle, byRecord: byRecord, at: now)
      return complete(handle, outcome, link, &bytes)
    case .acquire: acquire(handle, from: link, at: now)
    case .elsewhere: askPrimary(handle, nil, by: link, at: now)
    case .refused(let error) where operations[handle].isFromReplica:
      askPrimary(handle, error, by: link, at: now)
    case .refused(let error): refused(handle, error, by: link, at: now)
    case .changed: foundChanged(handle, from: link, at: now)
    }
    return nil
  }

  /// The session changed after the question about a lost write, or the repeat was carried out and
  /// its reply lost, too.
  private mutating func foundChanged(_ handle: Ticket, from link: Link, at now: Instant) {
    let found = Operation.Found(changed: nodes[link].reply)
    guard decideFate(of: handle, by: found) else { return }
    retry(handle, copyFront(of: link), at: now)
  }

  /// Ends an operation with its reply. The caller gets the buffer that holds a record that was
  /// found.
  private mutating func complete(
    _ handle: Ticket, _ outcome: Outcome, _ link: Link, _ bytes: inout ByteBuffer
  ) -> Completion? {
    if case .verification = operations[handle].purpose { finish(handle, outcome) }
    guard operations.contains(handle) else { return nil }
    defer { operations.discard(handle) }
    guard case .session = operations[handle].purpose, !operations[handle].isAbandoned else {
      return nil
    }
    switch outcome {
    case .found, .locked:
      swapBytes(of: link, &bytes)
      noteSize(bytes.count, foundBy: handle)
    case .missing: noteSize(0, foundBy: handle)
    case .fault(.outcomeUnknown): counters.unknownOutcomes += 1
    default: break
    }
    return Completion(
      ticket: operations[handle].ticket, tag: operations[handle].tag, outcome: outcome)
  }

  private mutating func swapBytes(of link: Link, _ bytes: inout ByteBuffer) {
    var fresh = ByteBuffer()
    swap(&fresh, &bytes)
    bytes = nodes[link].reply.exchangeBytes(fresh)
  }

  /// Removes an entry whose replies have all arrived.
  private mutating func retire(_ link: Link, _ entry: Pipeline.Entry, at now: Instant) {
    if nodes[link].retire(entry, at: now) { check(at: now) }
    // What gathered meanwhile leaves.
    if nodes[link].pipeline.hasOnlyUnsent { markDirty(link) }
    // The reply has made room for operations that wait for their turn.
    if entry.weight > 0, awaitingTurns > 0 { schedulePass(at: now) }
  }

  /// Sets the timeout that the record names, right behind the command that set the namespace's, and
  /// if ASK sent that there, behind an ASKING, too. It uses the record that Redis has at that
  /// moment, since it may have been replaced.
  private mutating func correct(_ handle: Ticket, on link: Link, at now: Instant) {
    guard !operations.isFull, nodes[link].pipeline.hasSpareRoom else { return }
    let correcting = operations[handle].correction(until: now + configuration.limits.correction)
    let isAsked = nodes[link].pipeline.front?.asking == true
    let mark = nodes[link].pipeline.log.count
    if isAsked { CommandEncoder.asking(in: &nodes[link].pipeline.log) }
    ScriptedCommand.touch(
      spaces[correcting.namespace], ids[handle], into: &nodes[link].pipeline.log)
    enqueue(
      correcting, onSessionOf: handle, on: link, from: mark, asking: isAsked, at: now)
  }

  /// A node refused an operation without executing it. The first redirect is followed at once;
  /// further ones wait like any other refusal.
  private mutating func refused(
    _ handle: Ticket, _ error: RedisError, by link: Link, at now: Instant
  ) {
    let commands = commandsToRepeat(handle, error, on: link)
    switch error {
    case .moved(let slot, let host, let port):
      let isNews = move(slot, to: node(host, port, namedBy: link), namedBy: link, at: now)
      wantRefresh(at: now)
      let isFirst = isNews && operations[handle].attempts <= 1
      retry(handle, commands, at: isFirst ? now : pause(handle, at: now))
    case .ask(_, let host, let port):
      let asked = node(host, port, namedBy: link)
      if let asked { open(asked, at: now) }
      let isFirst = asked != nil && operations[handle].attempts <= 2
      retry(handle, commands, at: isFirst ? now : pause(handle, at: now), asked: asked)
    case .noScript:
      loadScripts(on: link, at: now)
      let isFirst = operations[handle].attempts <= 2
      retry(handle, commands, at: isFirst ? now : pause(handle, at: now))
    case .readOnly:
      // A lone node that became a replica: its address may lead to the new primary by now.
      if deployment == .single { wantReconnect(of: link, at: now) }
      fallthrough
    default:
      wantRefresh(at: now)
      retry(handle, commands, at: pause(handle, at: now))
    }
  }

  /// MOVED: notes the slot's new owner, and returns whether there is one to go to at once.
  ///
  /// 1. It names no node that can be asked: the topology has to tell.
  /// 2. It names the node that answered: the connection leads to a different node than the address
  ///    now means, so reconnect.
  /// 3. It names another node, which now owns the slot.
  private mutating func move(
    _ slot: UInt16, to owner: Link?, namedBy link: Link, at now: Instant
  ) -> Bool {
    guard let owner else { return false }
    guard owner != link else {
      counters.movedToSelf += 1
      wantReconnect(of: link, at: now)
      return false
    }
    patch(slot, to: owner, at: now)
    return true
  }
}
