import HTTP
import Primitives
import Testing

@Suite("Queries and percent-encodings")
struct QueryParametersTests {
  @Test(
    "Parameters of a query",
    arguments: [
      ("", []), ("&&", []), ("a", ["a"]), ("a=", ["a="]), ("a=1&b=2", ["a=1", "b=2"]),
      ("&a=1&&b&", ["a=1", "b"]), ("=1", ["=1"]), ("a=b=c", ["a=b=c"]), ("a+b=%20", ["a+b=%20"]),
    ])
  func parameters(_ query: String, _ expected: [String]) {
    // A range inside of other bytes, as a query is.
    let bytes = bytes("/?" + query + "#&x=y")
    var parameters = QueryParameters(ByteRange(2, 2 + query.utf8.count))
    var found: [String] = []
    while let parameter = unsafe parameters.next(in: bytes.span.bytes) {
      var text = String(decoding: bytes[parameter.name.indices], as: UTF8.self)
      if let value = parameter.value {
        text += "=" + String(decoding: bytes[value.indices], as: UTF8.self)
      }
      found.append(text)
    }
    #expect(found == expected)
  }

  func decoded(_ text: String) -> String? {
    let bytes = bytes(text)
    var room = InlineArray<4, UInt8>(repeating: 0)
    var span = room.mutableSpan
    guard let count = unsafe PercentEncoding.decode(bytes.span.bytes, into: &span) else {
      return nil
    }
    return String(decoding: (0..<count).map { room[$0] }, as: UTF8.self)
  }

  @Test("Percent-encodings are decoded, and nothing else")
  func decoding() {
    #expect(decoded("") == "")
    #expect(decoded("a+b") == "a+b")
    #expect(decoded("%41%4a%4Ab") == "AJJb")
    #expect(decoded("%25%32%35") == "%25")
  }

  @Test("What is not well-formed or does not fit", arguments: ["%", "%4", "%zz", "a%4g", "abcde"])
  func refused(_ text: String) {
    #expect(decoded(text) == nil)
  }
}
