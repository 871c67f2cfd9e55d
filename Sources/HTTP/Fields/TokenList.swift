internal import Primitives

/// The elements of a comma-separated list of tokens (RFC 9110, 5.6.1). Empty elements are given
/// back as empty ranges: the RFC lets a reader skip them, and some fields may not.
struct TokenList {
  private var at: Int
  private let end: Int
  private var isDone = false

  init(_ value: ByteRange) {
    at = Int(value.lower)
    end = Int(value.upper)
  }

  /// The next element; what is no token is refused with `refusal`.
  mutating func next(
    in bytes: RawSpan, otherwise refusal: Refusal
  ) throws(Refusal) -> ByteRange? {
    if isDone { return nil }
    let comma = bytes.first(UInt8(ascii: ","), from: at, to: end)
    let element = bytes.trimmed(from: at, to: comma)
    let upper = Int(element.upper)
    guard bytes.first(outside: .token, from: Int(element.lower), to: upper) == upper else {
      throw refusal
    }
    isDone = comma == end
    at = comma + 1
    return element
  }
}
