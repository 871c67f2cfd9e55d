public import Primitives

/// The outcome of a command that was pending.
public struct Completion: Sendable {
  /// The ticket that the command was submitted with.
  public var ticket: Ticket
  /// The command's tag.
  public var tag: UInt32
  /// How it ended.
  public var outcome: Outcome

  /// A completion from its parts.
  public init(ticket: Ticket, tag: UInt32, outcome: Outcome) {
    self.ticket = ticket
    self.tag = tag
    self.outcome = outcome
  }
}
