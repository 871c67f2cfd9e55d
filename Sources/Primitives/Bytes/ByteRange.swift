/// A half-open range of offsets into bytes that are owned elsewhere.
///
/// Parsers return it instead of a copy: eight bytes, no reference, valid as long as the bytes it
/// was made for stay where they are. Offsets are below 4 GiB; every buffer of the gateway is
/// bounded far below that.
public struct ByteRange: Equatable, Sendable {
  /// The offset of the first byte.
  public var lower: UInt32
  /// The offset after the last byte; never below `lower`.
  public var upper: UInt32

  /// The range from `lower` up to, but not including, `upper`.
  public init(_ lower: Int, _ upper: Int) {
    self.lower = UInt32(truncatingIfNeeded: lower)
    self.upper = UInt32(truncatingIfNeeded: upper)
  }

  /// The empty range.
  public static var empty: ByteRange { ByteRange(0, 0) }

  /// How many bytes the range holds.
  public var count: Int { Int(upper) - Int(lower) }

  /// Whether the range holds nothing.
  public var isEmpty: Bool { lower == upper }

  /// The range as a `Range<Int>`, for `RawSpan.extracting(_:)`.
  public var indices: Range<Int> { Int(lower)..<Int(upper) }
}
