// Reads one line of a field or trailer section (RFC 9112 §5). The line has passed the scanner: it
// ends with CRLF and holds no other control bytes than tabs.

public import Primitives

/// A field's name and value, as ranges of the bytes it was read from.
public struct FieldLine: Equatable, Sendable {
  /// The name's bytes, in the case in which they were sent.
  public var name: ByteRange
  /// The value's bytes without white space at either end; may be empty.
  public var value: ByteRange
  /// The name, if it is well-known.
  public var tag: FieldName

  static var none: FieldLine { FieldLine(name: .empty, value: .empty, tag: .other) }

  /// Reads the line that begins at `start`, and moves `start` past its line end.
  static func read(
    _ bytes: RawSpan, at start: inout Int, to end: Int
  ) throws(Refusal) -> FieldLine {
    if Octet.isBlank(bytes[start]) { throw .obsoleteFolding }
    // A name is a token; white space before the colon is not allowed (RFC 9112 §5.1).
    let colon = bytes.first(outside: .token, from: start, to: end)
    guard colon > start, bytes[colon] == UInt8(ascii: ":") else { throw .malformedField }
    let name = ByteRange(start, colon)
    let tag = FieldName(bytes, name)
    if tag == .other, FieldName.isImitated(bytes, name) { throw .ambiguousFieldName }
    let line = bytes.first(Octet.carriageReturn, from: colon + 1, to: end)
    let value = bytes.trimmed(from: colon + 1, to: line)
    start = line + 2
    return FieldLine(name: name, value: value, tag: tag)
  }
}
