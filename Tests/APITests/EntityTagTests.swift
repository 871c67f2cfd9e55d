// Lists of entity tags as conditions have them (RFC 9110, 8.8.3 and 13.1).

import API
import Sessions
import Testing

@Suite struct EntityTagTests {
  /// What If-None-Match lists, where weak tags match.
  private func tags(_ value: String) -> EntityTags? {
    decode("GET /v1/sessions/a", "If-None-Match: \(value)").wish?.ifNoneMatch
  }

  private let version = SessionVersion(bits: 0x0123_4567_89ab_cdef)
  private static let tag = "\"0123456789abcdef\""

  @Test func matching() {
    #expect(tags("*")?.match(version) == true)
    #expect(tags(Self.tag)?.match(version) == true)
    #expect(tags("W/\(Self.tag)")?.match(version) == true)
    #expect(tags("\"x\", \(Self.tag)")?.match(version) == true)
    #expect(tags("\"x\"\t,\t\(Self.tag)  ,W/\"y\"")?.match(version) == true)
    #expect(tags(Self.tag)?.match(SessionVersion(bits: 1)) == false)
  }

  @Test(arguments: [
    "\"\"", "\"x\"", "\"0123456789abcde\"", "\"0123456789abcdef0\"", "\"0123456789ABCDEF\"",
    "\"0123456789abcdeg\"", "\"*\"", "\"a,b\"",
  ]) func othersTagsMatchNothing(_ value: String) {
    #expect(tags(value)?.match(version) == false)
  }

  @Test(arguments: [
    "", "x", "\"", "\"x", "x\"", "\"a b\"", "\"a\"\"b\"", "\"a\" \"b\"", ",", " , ,",
    "w/\"a\"", "W/", "W/ \"a\"", "**", "*, \"a\"", "\"a\", *", "\"a\tb\"", "*,", ",*", "\"a\",,x",
  ]) func malformed(_ value: String) {
    #expect(
      decode("GET /v1/sessions/a", "If-None-Match: \(value)") == .problem(.malformedCondition))
  }

  @Test(arguments: ["\(tag),", ",\(Self.tag)", " , \t,\(Self.tag),,\"b\" ,", "\"b\",,,\(Self.tag)"])
  func emptyElementsArePassedOver(_ value: String) {
    #expect(tags(value)?.match(version) == true)
    #expect(tags(value)?.match(SessionVersion(bits: 0)) == false)
  }

  @Test func sixteenTagsAndNoMore() {
    let others = (1...15).map { "\"\($0)\"" }
    #expect(tags((others + [Self.tag]).joined(separator: ","))?.match(version) == true)
    #expect(tags((others + ["\"0\"", Self.tag]).joined(separator: ",")) == nil)
  }
}
