/// A half-open range of offsets into somebody else's bytes.
///
/// What a parser gives back in place of a copy: eight bytes, no reference, valid as long as the
/// bytes it was made for stay where they are. Offsets are below 4 GiB, which every buffer of the
/// gateway is bounded far under.
public struct ByteRange: Equatable, Sendable {
  /// The offset of the first byte.
  public var lower: UInt32
  /// The offset after the last byte; never below `lower`.
  public var upper: UInt32

  /// The range from `lower` up to and without `upper`.
  public init(_ lower: Int, _ upper: Int) {
    self.lower = UInt32(truncatingIfNeeded: lower)
    self.upper = UInt32(truncatingIfNeeded: upper)
  }

  /// The range that holds nothing.
  public static var empty: ByteRange { ByteRange(0, 0) }

  /// How many bytes the range holds.
  public var count: Int { Int(upper) - Int(lower) }

  /// Whether the range holds nothing.
  public var isEmpty: Bool { lower == upper }

  /// The same range as the standard library spells it, for `RawSpan.extracting(_:)`.
  public var indices: Range<Int> { Int(lower)..<Int(upper) }

  /// The range moved up by `distance` bytes.
  public func shifted(by distance: Int) -> ByteRange {
    ByteRange(Int(lower) + distance, Int(upper) + distance)
  }
}
