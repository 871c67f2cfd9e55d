public import Primitives

/// 64 bits that change with each write of a session; clients see them as its `ETag`.
///
/// Random rather than counted: two gateways that write the same session need no agreement to choose
/// different versions, and a version does not reveal how often a session was written.
public struct SessionVersion: Hashable, Sendable {
  /// The bits; never all zero for a version that was given out.
  public var bits: UInt64

  /// A version that was stored or sent before.
  public init(bits: UInt64) { self.bits = bits }

  /// A version for a write that is about to happen.
  public static func random(_ entropy: inout Entropy) -> SessionVersion {
    var bits = entropy.bits()
    while bits == 0 { bits = entropy.bits() }
    return SessionVersion(bits: bits)
  }
}
