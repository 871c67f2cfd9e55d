// A strict reader of JSON texts (RFC 8259). Bytes come in, and the caller, which knows what it
// expects, reads or skips one value after the other. Anything outside the grammar is a fault: a
// trailing comma, a number like 01, a control byte in a string, bytes that are not UTF-8, half of a
// surrogate pair. Nested values are nested calls, so their depth is bounded.
//
// Rejected: a library's decoder, which accepts all of these, so that another reader might
// understand the same text differently.

/// Why a text cannot be read: it is not JSON, or not what the caller expects.
struct MalformedJSON: Error {}

/// A place in a JSON text, from which the next value is read.
struct JSONReader {
  /// How deeply arrays and objects may be nested.
  static let deepest = 64

  private let text: [UInt8]
  private var place = 0
  private var depth = 0

  /// A reader at the beginning of a text.
  init(_ text: [UInt8]) { self.text = text }

  /// Reads an object. `member` gets each name, and reads or skips its value.
  mutating func object(
    _ member: (inout JSONReader, String) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    try list(from: "{", to: "}") { (reader: inout JSONReader) throws(MalformedJSON) in
      let name = try reader.string()
      try reader.expect(":")
      try member(&reader, name)
    }
  }

  /// Reads an array. `element` reads or skips each value.
  mutating func array(
    _ element: (inout JSONReader) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    try list(from: "[", to: "]", element)
  }

  /// Reads a string.
  mutating func string() throws(MalformedJSON) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while true {
      content += plain()
      switch try next() {
      case UInt8(ascii: "\\"): content += String(try escaped()).utf8
      case UInt8(ascii: "\""):
        guard let string = String(validating: content, as: UTF8.self) else {
          throw MalformedJSON()
        }
        return string
      default: throw MalformedJSON()
      }
    }
  }

  /// Reads a value of any kind and discards it.
  mutating func skip() throws(MalformedJSON) {
    switch peek() {
    case UInt8(ascii: "{"):
      try object { (reader, _) throws(MalformedJSON) in try reader.skip() }
    case UInt8(ascii: "["): try array { (reader) throws(MalformedJSON) in try reader.skip() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try number()
    }
  }

  /// Makes sure that nothing but white space follows.
  mutating func end() throws(MalformedJSON) {
    guard peek() == nil else { throw MalformedJSON() }
  }

  // MARK: Lists

  private mutating func list(
    from open: Unicode.Scalar, to close: Unicode.Scalar,
    _ item: (inout JSONReader) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    try expect(open)
    depth += 1
    guard depth <= Self.deepest else { throw MalformedJSON() }
    if !take(close) {
      repeat { try item(&self) } while take(",")
      try expect(close)
    }
    depth -= 1
  }

  private mutating func expect(_ mark: Unicode.Scalar) throws(MalformedJSON) {
    guard take(mark) else { throw MalformedJSON() }
  }

  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: mark) else { return false }
    place += 1
    return true
  }

  /// Skips white space and returns the byte after it; nil at the text's end.
  private mutating func peek() -> UInt8? {
    while place < text.count {
      switch text[place] {
      case 0x20, 0x0A, 0x0D, 0x09: place += 1
      case let byte: return byte
      }
    }
    return nil
  }

  // MARK: Strings

  /// Takes the bytes that stand for themselves, up to a quotation mark, backslash or control byte.
  private mutating func plain() -> ArraySlice<UInt8> {
    let start = place
    while place < text.count, text[place] >= 0x20, text[place] != UInt8(ascii: "\""),
      text[place] != UInt8(ascii: "\\")
    {
      place += 1
    }
    return text[start..<place]
  }

  private mutating func next() throws(MalformedJSON) -> UInt8 {
    guard place < text.count else { throw MalformedJSON() }
    place += 1
    return text[place - 1]
  }

  /// Reads what follows a backslash.
  private mutating func escaped() throws(MalformedJSON) -> Unicode.Scalar {
    switch try next() {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try codePoint()
    default: throw MalformedJSON()
    }
  }

  /// Reads the digits after `\u`, and the second half of a surrogate pair (RFC 8259 §7).
  private mutating func codePoint() throws(MalformedJSON) -> Unicode.Scalar {
    var point = try fourDigits()
    if UTF16.isLeadSurrogate(UInt16(point)) {
      guard try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u") else {
        throw MalformedJSON()
      }
      let trail = try fourDigits()
      guard UTF16.isTrailSurrogate(UInt16(trail)) else { throw MalformedJSON() }
      point = 0x10000 + (point - 0xD800) << 10 + (trail - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(point) else { throw MalformedJSON() }
    return scalar
  }

  private mutating func fourDigits() throws(MalformedJSON) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let character = Character(Unicode.Scalar(try next()))
      guard character.isASCII, let digit = character.hexDigitValue else { throw MalformedJSON() }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: Words and numbers

  private mutating func word(_ word: StaticString) throws(MalformedJSON) {
    let end = place + word.utf8CodeUnitCount
    guard end <= text.count, text[place..<end].elementsEqual("\(word)".utf8) else {
      throw MalformedJSON()
    }
    place = end
  }

  /// Reads a number like `-1.5e+10`: no leading zeros, digits on both sides of the point and in the
  /// exponent (RFC 8259 §6).
  private mutating func number() throws(MalformedJSON) {
    takeOne(of: "-")
    if !takeOne(of: "0") { try digits() }
    if takeOne(of: ".") { try digits() }
    if takeOne(of: "e", "E") {
      takeOne(of: "+", "-")
      try digits()
    }
  }

  private mutating func digits() throws(MalformedJSON) {
    let start = place
    while place < text.count, (0x30...0x39).contains(text[place]) { place += 1 }
    guard place > start else { throw MalformedJSON() }
  }

  /// Takes the next byte if it is one of `marks`; white space is not skipped.
  @discardableResult
  private mutating func takeOne(of marks: Unicode.Scalar...) -> Bool {
    guard place < text.count, marks.contains(Unicode.Scalar(text[place])) else { return false }
    place += 1
    return true
  }
}
