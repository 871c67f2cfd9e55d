import Primitives

/// The poller's tokens: they identify the socket of an event. A ticket's index has 31 bits here;
/// the highest bit distinguishes the nodes' connections from the server's sockets.
enum PollToken {
  static let inbox = UInt64.max
  private static let nodeBit: UInt64 = 1 << 31

  static func node(_ ticket: Ticket) -> UInt64 { ticket.packed | nodeBit }

  static func isNode(_ token: UInt64) -> Bool { token & nodeBit != 0 }

  static func ticket(_ token: UInt64) -> Ticket { Ticket(packed: token & ~nodeBit) }
}
