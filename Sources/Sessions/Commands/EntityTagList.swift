// The tags that a condition lists, as the request spells them: `"0123456789abcdef", W/"…"`. They are
// read in place, since a command that copied 16 of them would carry 128 bytes for a field that few
// requests have. API checks the list by this walk, and the stores walk it again: there is one reading
// of it.

public import Primitives

/// Walks over a list of entity tags (RFC 9110 §8.8.3).
public struct EntityTagList: Sendable {
  /// The most tags that a list may hold.
  public static let maximum = 16

  /// What a list has next.
  public enum Element: Equatable, Sendable {
    /// A tag, with the version that it spells in 16 lower-case hexadecimal digits; nil for a tag that
    /// no gateway gave out.
    case tag(SessionVersion?, isWeak: Bool)
    /// Nothing.
    case end
    /// Something that is no tag, or has no comma in front.
    case malformed
  }

  private var place: Int
  private let end: Int
  private var isSeparated = true

  /// A walk that begins with the first tag of `list`.
  public init(_ list: ByteRange) {
    place = Int(list.lower)
    end = Int(list.upper)
  }

  /// The next tag. Empty elements are skipped (RFC 9110 §5.6.1.2).
  ///
  /// - Parameter bytes: the bytes that the list is a range of.
  public mutating func next(in bytes: RawSpan) -> Element {
    skipSeparators(in: bytes)
    guard place < end else { return .end }
    guard isSeparated else { return .malformed }
    isSeparated = false
    let isWeak = bytes.begins(with: "W/", in: ByteRange(place, end))
    if isWeak { place += 2 }
    guard let opaque = quoted(in: bytes) else { return .malformed }
    let bits = opaque.count == 16 ? bytes.hexadecimal(at: Int(opaque.lower)) : nil
    return .tag(bits.map(SessionVersion.init(bits:)), isWeak: isWeak)
  }

  /// The next version of a well-formed list that may be one of a session, compared strongly: weak tags
  /// match nothing (RFC 9110 §13.1.1). Nil after the last.
  public mutating func nextVersion(in bytes: RawSpan) -> SessionVersion? {
    while case .tag(let version, let isWeak) = next(in: bytes) {
      if let version, !isWeak { return version }
    }
    return nil
  }

  private mutating func skipSeparators(in bytes: RawSpan) {
    while place < end {
      switch bytes.byte(at: place) {
      case UInt8(ascii: ","): isSeparated = true
      case UInt8(ascii: " "), UInt8(ascii: "\t"): break
      default: return
      }
      place += 1
    }
  }

  /// What is between the quotation marks that begin here.
  private mutating func quoted(in bytes: RawSpan) -> ByteRange? {
    guard place < end, bytes.byte(at: place) == UInt8(ascii: "\"") else { return nil }
    let start = place + 1
    place = start
    while place < end, bytes.byte(at: place) != UInt8(ascii: "\"") {
      guard bytes.byte(at: place) > 32, bytes.byte(at: place) != 127 else { return nil }
      place += 1
    }
    guard place < end else { return nil }
    place += 1
    return ByteRange(start, place - 1)
  }
}
