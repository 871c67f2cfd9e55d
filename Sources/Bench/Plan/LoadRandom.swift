// The load's randomness: SplitMix64 (Steele, Lea, Flood 2014). It starts from a seed, so that two
// runs ask for the same sessions in the same order. Not for secrets.

/// A sequence of 64-bit numbers determined by a seed.
public struct LoadRandom: Sendable {
  private var state: UInt64

  /// The sequence for `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to just below `bound`, which must be positive.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "no number is below 0")
    return Int(truncatingIfNeeded: bits().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
