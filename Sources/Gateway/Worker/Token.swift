import Primitives

/// What the poller tells events with: whose socket it is. A ticket's index has 31 bits here; the
/// highest tells the nodes' connections from the clients'.
enum Token {
  static let entrance = UInt64.max
  static let operatorsEntrance = UInt64.max - 1
  static let inbox = UInt64.max - 2
  private static let nodeBit: UInt64 = 1 << 31

  static func client(_ ticket: Ticket) -> UInt64 {
    UInt64(ticket.generation) << 32 | UInt64(ticket.index)
  }

  static func node(_ ticket: Ticket) -> UInt64 { client(ticket) | nodeBit }

  static func isNode(_ token: UInt64) -> Bool { token & nodeBit != 0 }

  static func ticket(_ token: UInt64) -> Ticket {
    Ticket(
      index: UInt32(truncatingIfNeeded: token & ~nodeBit),
      generation: UInt32(truncatingIfNeeded: token >> 32))
  }
}
