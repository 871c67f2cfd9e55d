import Primitives

/// The secrets that name, encrypt and sign session tickets. They are new each time the certificates
/// are read, so that no ticket outlives those for long.
public struct TicketKeys: Sendable {
  let bits: InlineArray<10, UInt64>

  /// New secrets.
  public static func random() -> TicketKeys {
    var entropy = Entropy()
    return TicketKeys(bits: InlineArray { _ in entropy.bits() })
  }
}
