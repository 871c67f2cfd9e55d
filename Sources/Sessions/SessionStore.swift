// The contract between a worker's event loop and whatever keeps sessions. Two stores implement it:
// `MemoryStore`, which is also the executable specification, and the store over Redis. One test
// suite runs against both.

public import Primitives

/// What became of a command that was submitted.
public enum Submission: Equatable, Sendable {
  /// It is done; a found session's bytes are in the reply.
  case done(Outcome)
  /// It is under way; a completion with the caller's ticket will follow. The operation's own ticket
  /// is for abandoning it.
  case pending(operation: Ticket)
}

/// A keeper of sessions, owned by one worker and driven by its tick.
public protocol SessionStore: ~Copyable {
  /// Takes one command.
  ///
  /// - Parameters:
  ///   - command: what is to be done.
  ///   - request: the bytes that the command's ranges point into; copied where needed.
  ///   - ticket: returned with the completion.
  ///   - reply: receives the bytes of a found session, after `replyHeadroom` free bytes.
  mutating func submit(
    _ command: borrowing SessionCommand, request: RawSpan, ticket: Ticket, at moment: Moment,
    reply: inout ByteBuffer
  ) -> Submission

  /// The next pending command that has ended; nil when there is none now.
  ///
  /// - Parameter reply: exchanged for a buffer that holds a found session's bytes after
  ///   `replyHeadroom` free bytes.
  mutating func nextCompletion(at moment: Moment, reply: inout ByteBuffer) -> Completion?

  /// Gives up on a pending command; no completion will follow. Returns what is known of it:
  /// `deadlinePassed` if it was certainly not carried out, else `outcomeUnknown`.
  mutating func abandon(operation: Ticket) -> StoreFault
}

/// How many bytes a store leaves free in front of a found session, for the head of the response.
/// What is prepended must fit into them and the record's own header.
public let replyHeadroom = 768
