// How operations end that no answer ended: given up by the store, or by whoever waited.

public import Primitives
import Redis
public import Sessions

/// An operation that ended by a fault, until its completion is taken.
struct Ended {
  /// Whose end it is; `.none` when the caller gave up on it meanwhile.
  var operation: Ticket
  /// What the caller is told.
  let completion: Completion
}

extension ClusterStore {
  /// Gives up on an operation; what no byte of was handed over is taken back.
  public mutating func abandon(operation handle: Ticket) -> StoreFault {
    guard operations.contains(handle) else { return abandonEnded(handle) }
    let operation = operations.remove(handle)
    let fault = StoreFault.deadlinePassed
    guard nodes.contains(operation.link) else { return told(operation, fault) }
    guard operation.sequence > nodes[operation.link].pipeline.touched else {
      counters.unknownOutcomes += 1
      return .outcomeUnknown
    }
    nodes[operation.link].needsPurge = true
    markDirty(operation.link)
    return told(operation, fault)
  }

  /// What is known of an operation that no connection has now.
  private mutating func told(_ operation: borrowing Operation, _ fault: StoreFault) -> StoreFault {
    guard operation.isDoubtful else { return fault }
    counters.unknownOutcomes += 1
    return .outcomeUnknown
  }

  /// The operation ended, and its completion is not taken any more.
  private mutating func abandonEnded(_ handle: Ticket) -> StoreFault {
    for place in 0..<completions.count where completions[place].operation == handle {
      completions[place].operation = .none
      if case .fault(let fault) = completions[place].completion.outcome { return fault }
    }
    return .outcomeUnknown
  }

  /// Ends an operation that is not tried again: by `fault` if it was surely not carried out.
  mutating func giveUp(_ handle: Ticket, _ fault: StoreFault) {
    finish(handle, .fault(operations[handle].isDoubtful ? .outcomeUnknown : fault))
  }

  /// Ends an operation without a payload.
  mutating func finish(_ handle: Ticket, _ outcome: Outcome) {
    guard operations.contains(handle) else { return }
    let operation = operations.remove(handle)
    switch operation.purpose {
    case .correction: return
    // Nobody could say what became of the write.
    case .verification(let write):
      counters.verifiedInVain += 1
      return finish(write, .fault(.outcomeUnknown))
    case .session: break
    }
    if outcome == .fault(.outcomeUnknown) { counters.unknownOutcomes += 1 }
    let completion = Completion(
      ticket: operation.ticket, tag: operation.tag, outcome: outcome)
    let refused = completions.append(Ended(operation: handle, completion: completion)) != nil
    precondition(!refused, "submit leaves room for each operation's end")
  }
}
