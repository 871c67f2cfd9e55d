import Primitives

/// An operation that is in no pipeline.
struct ParkedOperation: ~Copyable {
  /// The operation that the commands belong to.
  let operation: Ticket
  /// The commands, one after the other.
  var bytes: ByteBuffer
  /// When it is tried again.
  var due: Instant
  /// The node that ASK named, for the next attempt only.
  let asked: Link?
  /// Whether it waits only for its turn.
  var awaitsTurn: Bool
}
