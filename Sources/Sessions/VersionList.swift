// The versions that a condition names, as the request spells them: `"0123456789abcdef", "…"`. They
// are read in place, since a command that copied 16 of them would carry 128 bytes for a field that
// few requests have.

public import Primitives

/// Walks over the versions of a well-formed list of entity tags. Tags that are weak, or could not
/// be versions, match nothing and are skipped (RFC 9110 §13.1.1).
public struct VersionList: Sendable {
  /// The most tags that a list may hold.
  public static let maximum = 16

  private var at: Int
  private let end: Int

  /// A walk that begins with the first tag of `list`.
  public init(_ list: ByteRange) {
    at = Int(list.lower)
    end = Int(list.upper)
  }

  /// The next version, or nil after the last.
  ///
  /// - Parameter bytes: the bytes that the list is a range of.
  public mutating func next(in bytes: RawSpan) -> SessionVersion? {
    while let tag = nextTag(in: bytes) {
      if let bits = bytes.extracting(tag.indices).wholeHexadecimal {
        return SessionVersion(bits: bits)
      }
    }
    return nil
  }

  /// What is between the quotation marks of the next strong tag.
  private mutating func nextTag(in bytes: RawSpan) -> ByteRange? {
    while let open = bytes.quotationMark(from: at, to: end),
      let close = bytes.quotationMark(from: open + 1, to: end)
    {
      at = close + 1
      let isWeak = open > 0 && bytes.byte(at: open - 1) == UInt8(ascii: "/")
      if !isWeak { return ByteRange(open + 1, close) }
    }
    return nil
  }
}

extension RawSpan {
  fileprivate var wholeHexadecimal: UInt64? { byteCount == 16 ? hexadecimal(at: 0) : nil }

  fileprivate func quotationMark(from start: Int, to end: Int) -> Int? {
    let place = first(UInt8(ascii: "\""), from: start, to: end)
    return place < end ? place : nil
  }
}
