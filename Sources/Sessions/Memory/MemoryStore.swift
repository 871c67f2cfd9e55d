// The memory store, as one worker sees it: commands come in, outcomes go out at once. The sessions
// themselves are shared by all workers and belong to `SharedSessions`, which also bounds them. This
// store is the executable specification that the store over Redis is tested against.

public import Primitives

/// A worker's access to the sessions that all workers of this process share. The sessions live as
/// long as the process.
public struct MemoryStore: ~Copyable, SessionStore {
  private let sessions: SharedSessions

  /// A store over `sessions`.
  public init(_ sessions: SharedSessions) { self.sessions = sessions }

  /// Carries out one command; never leaves it pending. Timeouts are judged by `moment.instant`, to
  /// the nanosecond. A read's condition is ignored: the version of a found session tells the caller
  /// all that the condition could.
  public mutating func submit(
    _ command: borrowing SessionCommand, request: RawSpan, ticket: Ticket, at moment: Moment,
    reply: inout ByteBuffer
  ) -> Submission {
    if command.verb == .put {
      return .done(sessions.put(copy command, request: request, at: moment))
    }
    return .done(sessions.carryOut(copy command, request: request, at: moment, reply: &reply))
  }

  /// Always nil: nothing is ever pending.
  public mutating func nextCompletion(at moment: Moment, reply: inout ByteBuffer) -> Completion? {
    nil
  }

  /// Must not be called: nothing is ever pending.
  public mutating func abandon(operation: Ticket) -> StoreFault {
    preconditionFailure("the memory store leaves nothing pending that could be abandoned")
  }

  /// Frees sessions whose timeout has passed. A worker's timer calls it, so that memory is freed
  /// even without requests.
  ///
  /// - Parameter budget: how many places of the tables are looked at, at most.
  public mutating func sweep(at moment: Moment, budget: Int) {
    sessions.sweep(at: moment.instant, budget: budget)
  }
}
