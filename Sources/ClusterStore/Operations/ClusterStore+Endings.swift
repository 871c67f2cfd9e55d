// How operations end without a reply: given up by the store, or abandoned by the caller.

public import Primitives
import Redis
public import Sessions

/// An operation that ended with a fault, until its completion is taken.
struct Ended {
  /// The operation; `.none` when the caller has abandoned it meanwhile.
  var operation: Ticket
  /// What the caller learns.
  let completion: Completion
}

extension ClusterStore {
  /// Gives up on an operation. If none of its bytes was handed to a connection, it is removed from
  /// the pipeline and was certainly not carried out. One that may have set its namespace's timeout
  /// on a session with another goes on for nobody, because only its reply shows that.
  public mutating func abandon(operation handle: Ticket) -> StoreFault {
    guard operations.contains(handle) else { return abandonEnded(handle) }
    let link = operations[handle].link
    if nodes.contains(link), operations[handle].sequence <= nodes[link].pipeline.touched {
      counters.unknownOutcomes += 1
      if operations[handle].mayNeedCorrection {
        operations[handle].isAbandoned = true
      } else {
        operations.discard(handle)
      }
      return .outcomeUnknown
    }
    let operation = operations.remove(handle)
    if nodes.contains(link) {
      nodes[link].needsPurge = true
      markDirty(link)
    }
    return reportedFault(of: operation, .deadlinePassed)
  }

  /// The fault of an operation that is now in no pipeline: an earlier attempt may have been carried
  /// out.
  private mutating func reportedFault(of operation: borrowing Operation, _ fault: StoreFault)
    -> StoreFault
  {
    guard operation.isDoubtful else { return fault }
    counters.unknownOutcomes += 1
    return .outcomeUnknown
  }

  /// The operation has ended, but its completion is no longer wanted.
  private mutating func abandonEnded(_ handle: Ticket) -> StoreFault {
    for place in 0..<completions.count where completions[place].operation == handle {
      completions[place].operation = .none
      if case .fault(let fault) = completions[place].completion.outcome { return fault }
    }
    return .outcomeUnknown
  }

  /// Ends an operation without another attempt: with `fault` if it was certainly not carried out.
  mutating func giveUp(_ handle: Ticket, _ fault: StoreFault) {
    finish(handle, .fault(operations[handle].isDoubtful ? .outcomeUnknown : fault))
  }

  /// Ends an operation without a payload.
  mutating func finish(_ handle: Ticket, _ outcome: Outcome) {
    guard operations.contains(handle) else { return }
    let operation = operations.remove(handle)
    switch operation.purpose {
    case .correction: return
    // The fate of the write could not be found out.
    case .verification(let write):
      counters.verifiedInVain += 1
      return finish(write, .fault(.outcomeUnknown))
    case .session where operation.isAbandoned: return
    case .session: break
    }
    if outcome == .fault(.outcomeUnknown) { counters.unknownOutcomes += 1 }
    let completion = Completion(
      ticket: operation.ticket, tag: operation.tag, outcome: outcome)
    let refused = completions.append(Ended(operation: handle, completion: completion)) != nil
    precondition(!refused, "submit leaves room for each operation's end")
  }
}
