import Primitives

/// What the poller tells events with: whose socket it is. A ticket's index has 31 bits here; the
/// highest tells the nodes' connections from the server's sockets.
enum Token {
  static let inbox = UInt64.max
  private static let nodeBit: UInt64 = 1 << 31

  static func node(_ ticket: Ticket) -> UInt64 {
    UInt64(ticket.generation) << 32 | UInt64(ticket.index) | nodeBit
  }

  static func isNode(_ token: UInt64) -> Bool { token & nodeBit != 0 }

  static func ticket(_ token: UInt64) -> Ticket {
    Ticket(
      index: UInt32(truncatingIfNeeded: token & ~nodeBit),
      generation: UInt32(truncatingIfNeeded: token >> 32))
  }
}
