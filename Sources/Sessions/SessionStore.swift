// The contract between the tick and whatever keeps sessions. Two keep it: `MemoryStore`, which is
// also the executable specification, and the store over Redis. One suite of tests runs against both.

public import Primitives

/// What became of a command that was handed in.
public enum Submission: Equatable, Sendable {
  /// It is done; a found session's bytes are in the reply.
  case done(Outcome)
  /// It is under way; a completion with the caller's ticket will come. The operation's own ticket
  /// serves to abandon it.
  case pending(operation: Ticket)
}

/// A keeper of sessions, owned by one worker and driven by its tick.
public protocol SessionStore: ~Copyable {
  /// Takes one command.
  ///
  /// - Parameters:
  ///   - command: what is to be done.
  ///   - request: the bytes that the command's ranges point into; copied where needed.
  ///   - ticket: comes back with the completion.
  ///   - reply: receives the bytes of a found session behind `replyHeadroom` free bytes.
  mutating func submit(
    _ command: borrowing SessionCommand, request: RawSpan, ticket: Ticket, at moment: Moment,
    reply: inout ByteBuffer
  ) -> Submission

  /// The next command that ended since it was submitted; nil when there is none now.
  ///
  /// - Parameter reply: exchanged for a buffer that holds a found session's bytes behind
  ///   `replyHeadroom` free bytes.
  mutating func nextCompletion(at moment: Moment, reply: inout ByteBuffer) -> Completion?

  /// Gives up on a pending command, whose completion will then not come, and says what is known of
  /// it: `deadlinePassed` when it was surely not carried out, else `outcomeUnknown`.
  mutating func abandon(operation: Ticket) -> StoreFault
}

/// How many bytes a store leaves free in front of a found session, for the head of the response:
/// what is prepended must fit it together with the record's own header.
public let replyHeadroom = 768
