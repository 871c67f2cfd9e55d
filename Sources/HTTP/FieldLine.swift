// One line of a field or trailer section, read (RFC 9112, 5). What is given has passed the scanner:
// it ends with CRLF and holds no other control byte than tabs.

public import Primitives

/// A field's name and value, as ranges of the bytes it was read from.
public struct FieldLine: Equatable, Sendable {
  /// The name's bytes, in the case they were sent.
  public var name: ByteRange
  /// The value's bytes without white space at its ends; may be empty.
  public var value: ByteRange
  /// Which name it is.
  public var tag: FieldName

  static var none: FieldLine { FieldLine(name: .empty, value: .empty, tag: .other) }

  /// Reads the line that begins at `start`, and moves `start` behind its line end.
  static func read(
    _ bytes: RawSpan, at start: inout Int, to end: Int
  ) throws(Refusal) -> FieldLine {
    if Octet.isBlank(bytes[start]) { throw .obsoleteFolding }
    let line = bytes.first(Octet.carriageReturn, from: start, to: end)
    let colon = bytes.first(UInt8(ascii: ":"), from: start, to: line)
    if colon == line { throw .malformedField }
    let name = ByteRange(start, colon)
    let tag = FieldName(bytes, name)
    // A well-known name was compared whole, so its bytes need no second look.
    if tag == .other { try check(bytes, name) }
    let value = bytes.trimmed(from: colon + 1, to: line)
    start = line + 2
    return FieldLine(name: name, value: value, tag: tag)
  }

  /// A name is a token; white space before the colon is none (RFC 9112, 5.1).
  private static func check(_ bytes: RawSpan, _ name: ByteRange) throws(Refusal) {
    let end = bytes.first(outside: .token, from: Int(name.lower), to: Int(name.upper))
    guard !name.isEmpty, end == Int(name.upper) else { throw .malformedField }
    if FieldName.isImitated(bytes, name) { throw .ambiguousFieldName }
  }
}
