// What becomes of operations whose connection is lost. The one place that decides what is known of a
// command by how much of it was handed to the transport:
//
//   the last byte of the command that acts was not
//                            it was surely not carried out: parked, sent again
//   that byte was            it may have been carried out:
//     reading, sliding, locks  doing it twice is doing it once: parked, sent again
//     put, delete              parked, and its fate is asked for first
//
// The question is GETRANGE of the record's header, at whoever owns the slot by then; what the answer
// means stands in `Operation+Fate`. Where it means that the write goes again, it does so on condition
// that what was found is still there (`RepeatedWrite`), wherever and as often as it must be sent; when
// it is not, Redis says what is, and that is the next answer.

import Primitives
import Redis
import Sessions

extension ClusterStore {
  /// Empties the pipeline of a node whose connection is gone.
  mutating func evacuate(_ link: Link, at now: Instant) {
    while let entry = nodes[link].pipeline.front {
      if operations.contains(entry.operation) {
        salvage(entry, from: link, at: now)
      }
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
    let isLate = operations[handle].deadline <= now
    guard !isLate, hasParkingRoom else { return giveUp(handle, .unavailable) }
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

  /// A copy of the front entry's commands, each without the ASKING in front of it.
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

  /// Asks a ready node what became of a write that was handed over and lost. The write stays parked.
  mutating func verify(_ waiting: consuming ParkedOperation, at link: Link, at now: Instant) {
    let handle = waiting.operation
    if !operations.contains(operations[handle].verification) {
      guard !operations.isFull else { return putBack(waiting, until: patience(at: now)) }
      counters.verified += 1
      let mark = nodes[link].pipeline.log.count
      CommandEncoder.header(
        spaces[operations[handle].namespace], ids[handle], in: &nodes[link].pipeline.log)
      var question = operations[handle].verified(as: handle)
      question.commandLengths = CommandLengths(nodes[link].pipeline.log.count - mark)
      let asked = insert(question, onSessionOf: handle)
      operations[handle].verification = asked
      enqueue(asked, on: link, from: mark, asking: false, at: now)
    }
    putBack(waiting, until: operations[handle].deadline)
  }

  /// Takes the header that was found after a write was lost.
  mutating func takeVerdict(on handle: Ticket, from link: Link, at now: Instant) {
    guard operations.contains(handle) else { return counters.verifiedInVain += 1 }
    if goesAgain(handle, over: Operation.Found(nodes[link].reply)) { wake(handle, at: now) }
  }

  /// Ends a lost write by what was found, unless it goes again over that.
  mutating func goesAgain(_ handle: Ticket, over found: Operation.Found) -> Bool {
    switch operations[handle].fate(found) {
    case .executed(let outcome):
      counters.verifiedExecuted += 1
      finish(handle, outcome)
    case .superseded(let outcome):
      counters.verifiedSuperseded += 1
      finish(handle, outcome)
    case .repeated(let ground):
      counters.verifiedRepeated += 1
      // It stays doubtful: an earlier write that was found may have come after it.
      operations[handle].stand(on: ground)
      return true
    case .unknown:
      counters.verifiedInVain += 1
      giveUp(handle, .unavailable)
    }
    return false
  }
}
