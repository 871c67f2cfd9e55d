// What becomes of operations whose connection is lost. This is the one place that decides, by how
// many bytes were handed to the transport, what is known of a command:
//
//   the last byte of the deciding command was not handed over
//                            certainly not carried out: parked, sent again
//   that byte was handed over
//                            may have been carried out:
//     reads, slides, locks     doing it twice is the same as once: parked, sent again
//     put, delete              parked, and its fate is found out first
//
// Its fate is found out with GETRANGE of the record's header, from the slot's owner at that time;
// `Operation+Fate` says what the answer means. A write that is to be repeated goes with a
// condition: that what was found is still there (`RepeatedWrite`), wherever and however often it
// must be sent. If the condition fails, Redis returns what is there now, and that is the next
// answer to judge.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Empties the pipeline of a node whose connection is gone.
  mutating func evacuate(_ link: Link, at now: Instant) {
    var isFirst = true
    while let entry = nodes[link].pipeline.front {
      if operations.contains(entry.operation) {
        if nodes[link].pipeline.handed > 0, isFirst || entry.weight > 0 {
          operations[entry.operation].losses += 1
        }
        salvage(entry, from: link, at: now)
      }
      isFirst = false
      nodes[link].pipeline.retire()
    }
    nodes[link].needsPurge = false
  }

  private mutating func salvage(_ entry: Pipeline.Entry, from link: Link, at now: Instant) {
    let handle = entry.operation
    let wasLost = operations[handle].isLostWrite
    if nodes[link].pipeline.handed >= operations[handle].actingLength(of: entry) {
      operations[handle].isDoubtful = true
    }
    guard operations[handle].deadline > now else { return giveUp(handle, .unavailable) }
    // It may be what Redis ends connections for: a command beyond client-query-buffer-limit, a reply
    // beyond client-output-buffer-limit. Sent again and again it would hold up everyone else.
    guard operations[handle].losses < configuration.limits.losses else {
      return finish(handle, .fault(operations[handle].reportedFault(for: .misconfigured)))
    }
    let commands = copyFront(of: link)
    let becomesRepeat = operations[handle].isLostWrite && !wasLost
    park(handle, becomesRepeat ? repeated(handle, commands) : commands, until: now)
  }

  /// The repeat of a write that was lost for the first time.
  private mutating func repeated(
    _ handle: Ticket, _ commands: consuming ByteBuffer
  ) -> ByteBuffer {
    let commands = operations[handle].isStaged ? inlined(handle, commands) : commands
    var whole = spare.take()
    RepeatedWrite.encode(
      commands, from: operations[handle].commandLengths.lastStart, of: operations[handle],
      spaces[operations[handle].namespace], ids[handle], into: &whole)
    operations[handle].commandLengths = CommandLengths(whole.count)
    spare.give(commands)
    return whole
  }

  /// A copy of the front entry's commands, without the ASKING in front of each.
  mutating func copyFront(of link: Link) -> ByteBuffer {
    let entry = nodes[link].pipeline.front!
    let lengths = operations[entry.operation].commandLengths
    let asking = entry.asking ? CommandEncoder.askingLength : 0
    var copy = spare.take()
    let bytes = nodes[link].pipeline.frontBytes
    copy.append(bytes.extracting(asking..<asking + lengths.first))
    let second = lengths.first + 2 * asking
    if lengths.second > 0 { copy.append(bytes.extracting(second..<second + lengths.second)) }
    return copy
  }

  // MARK: Verification

  /// Asks a ready node what became of a write that was handed over and lost. The write stays
  /// parked.
  mutating func verify(_ waiting: consuming ParkedOperation, at link: Link, at now: Instant) {
    let handle = waiting.operation
    if !operations.contains(operations[handle].verification) {
      guard !operations.isFull else { return putBack(waiting, until: nextTry(at: now)) }
      let mark = nodes[link].pipeline.log.count
      CommandEncoder.header(
        spaces[operations[handle].namespace], ids[handle], in: &nodes[link].pipeline.log)
      operations[handle].verification = enqueue(
        operations[handle].question(after: handle), onSessionOf: handle, on: link, from: mark,
        at: now)
    }
    putBack(waiting, until: operations[handle].deadline)
  }

  /// Takes the header that was found after a write was lost. The write, parked until its deadline,
  /// goes again or leaves its place. After the loss of a full pipeline there are thousands of such
  /// verdicts, so none of them looks for its write in the queue.
  mutating func takeVerdict(on handle: Ticket, from link: Link, at now: Instant) {
    defer { schedulePass(at: now) }
    guard operations.contains(handle) else { return counters.verifiedInVain += 1 }
    if decideFate(of: handle, by: Operation.Found(nodes[link].reply)) {
      operations[handle].hasVerdict = true
    }
  }

  /// Ends a lost write according to what was found, unless it must be repeated over that; then it
  /// returns true.
  mutating func decideFate(of handle: Ticket, by found: Operation.Found) -> Bool {
    switch operations[handle].fate(found) {
    case .executed(let outcome):
      counters.verifiedExecuted += 1
      finish(handle, outcome)
    case .superseded(let outcome):
      counters.verifiedSuperseded += 1
      finish(handle, outcome)
    case .repeated(let base):
      counters.verifiedRepeated += 1
      // It stays doubtful: an earlier write that was found may have come after it.
      operations[handle].rebase(on: base)
      return true
    case .unknown:
      counters.verifiedInVain += 1
      giveUp(handle, .unavailable)
    }
    return false
  }
}
