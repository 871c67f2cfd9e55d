// The embedded store, as one worker sees it: commands come in, outcomes go out at once. The sessions
// themselves are shared by all workers and belong to `SharedSessions`, which also bounds them. This
// store is the executable specification that the store over Redis is tested against.

public import Primitives

/// A worker's door to the sessions that all workers of this process share. They live as long as the
/// process does.
public struct MemoryStore: ~Copyable, SessionStore {
  private let sessions: SharedSessions

  /// A door to `sessions`.
  public init(_ sessions: SharedSessions) { self.sessions = sessions }

  /// Carries out one command; never leaves it pending. An idle timeout ends by `moment.instant`, to
  /// the nanosecond. The condition of a read is not looked at: a found session's version tells the
  /// caller all that one could say.
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

  /// Never called rightly: nothing is ever pending.
  public mutating func abandon(operation: Ticket) -> StoreFault {
    preconditionFailure("the embedded store leaves nothing pending that could be abandoned")
  }

  /// Frees sessions whose timeout has passed. For a worker's timer, so that the memory of sessions
  /// comes back also when nobody asks for any.
  ///
  /// - Parameter budget: how many places of the table are looked at, at most.
  public mutating func sweep(at moment: Moment, budget: Int) {
    sessions.sweep(at: moment.instant, budget: budget)
  }
}
