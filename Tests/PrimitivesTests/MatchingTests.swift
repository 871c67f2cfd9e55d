import Primitives
import Testing

@Suite("Comparing bytes with texts")
struct MatchingTests {
  /// A text of each length that is compared in its own way: bytes, halves, words.
  static let texts: [StaticString] = [
    "", "a", "te", "get", "host", "query", "cookie", "upgrade", "if-match", "keepalive",
    "content-encoding", "transfer-encoding", "session-absolute-timeout",
  ]

  @Test("A text is found where it stands, and no other is", arguments: texts.indices)
  func exact(_ place: Int) {
    let text = Self.texts[place]
    let spelled = Array("\(text)".utf8)
    let bytes = Array("..".utf8) + spelled + Array("..".utf8)
    let range = ByteRange(2, 2 + spelled.count)
    let longer = ByteRange(2, 3 + spelled.count)
    #expect(unsafe bytes.span.bytes.matches(text, in: range))
    #expect(unsafe !bytes.span.bytes.matches(text, in: longer))
    #expect(unsafe bytes.span.bytes.begins(with: text, in: longer))
    for at in range.indices {
      var other = bytes
      other[at] ^= 1
      #expect(unsafe !other.span.bytes.matches(text, in: range))
      #expect(unsafe !other.span.bytes.matches(ignoringCase: text, in: range))
      #expect(unsafe !other.span.bytes.begins(with: text, in: longer))
      #expect(unsafe !bytes.span.bytes.begins(with: text, in: ByteRange(2, at)))
    }
  }

  @Test("Case is folded where it is to be, and only there", arguments: texts.indices)
  func folded(_ place: Int) {
    let text = Self.texts[place]
    let bytes = Array("\(text)".uppercased().utf8)
    let range = ByteRange(0, bytes.count)
    #expect(unsafe bytes.span.bytes.matches(ignoringCase: text, in: range))
    #expect(unsafe bytes.span.bytes.matches(text, in: range) == bytes.isEmpty)
  }
}
