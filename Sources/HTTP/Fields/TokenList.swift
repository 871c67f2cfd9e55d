import Primitives

/// The elements of a comma-separated list of tokens (RFC 9110 §5.6.1). Empty elements are returned
/// as empty ranges: the RFC lets a reader skip them, but some fields must not have them.
struct TokenList {
  private var at: Int
  private let end: Int
  private var isDone = false

  init(_ value: ByteRange) {
    at = Int(value.lower)
    end = Int(value.upper)
  }

  /// The next element; nil after the last. Throws `refusal` for an element that is not a token.
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
