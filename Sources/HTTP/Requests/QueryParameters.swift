public import Primitives

/// One `name=value` of a query, not decoded.
public struct QueryParameter: Equatable, Sendable {
  /// The name's bytes; may be empty.
  public var name: ByteRange
  /// The bytes after the first `=`; nil without one.
  public var value: ByteRange?
}

/// Walks over the parameters of a query (`a=1&b=2`), as ranges of the same bytes as the query. What
/// `+` means is left to the caller; empty parameters (`&&`) are skipped.
public struct QueryParameters: Sendable {
  private var at: Int
  private let end: Int

  /// A walk that begins with the first parameter of `query`.
  public init(_ query: ByteRange) {
    at = Int(query.lower)
    end = Int(query.upper)
  }

  /// The next parameter; nil after the last.
  public mutating func next(in bytes: RawSpan) -> QueryParameter? {
    while at < end, bytes[at] == UInt8(ascii: "&") { at += 1 }
    if at >= end { return nil }
    let start = at
    at = bytes.first(UInt8(ascii: "&"), from: start, to: end)
    let equals = bytes.first(UInt8(ascii: "="), from: start, to: at)
    let value = equals == at ? nil : ByteRange(equals + 1, at)
    return QueryParameter(name: ByteRange(start, equals), value: value)
  }
}
