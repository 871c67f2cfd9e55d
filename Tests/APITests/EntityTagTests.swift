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
  private let tag = "\"0123456789abcdef\""

  @Test func matching() {
    #expect(tags("*")?.match(version) == true)
    #expect(tags(tag)?.match(version) == true)
    #expect(tags("W/\(tag)")?.match(version) == true)
    #expect(tags("\"x\", \(tag)")?.match(version) == true)
    #expect(tags("\"x\"\t,\t\(tag)  ,W/\"y\"")?.match(version) == true)
    #expect(tags(tag)?.match(SessionVersion(bits: 1)) == false)
  }

  @Test(arguments: [
    "\"\"", "\"x\"", "\"0123456789abcde\"", "\"0123456789abcdef0\"", "\"0123456789ABCDEF\"",
    "\"0123456789abcdeg\"", "\"*\"", "\"a,b\"",
  ]) func othersTagsMatchNothing(_ value: String) {
    #expect(tags(value)?.match(version) == false)
  }

  @Test(arguments: [
    "", "x", "\"", "\"x", "x\"", "\"a b\"", "\"a\"\"b\"", "\"a\" \"b\"", "\"a\",", ",\"a\"",
    "\"a\",,\"b\"", "w/\"a\"", "W/", "W/ \"a\"", "**", "*, \"a\"", "\"a\", *", "\"a\tb\"",
  ]) func malformed(_ value: String) {
    #expect(
      decode("GET /v1/sessions/a", "If-None-Match: \(value)") == .problem(.malformedCondition))
  }

  @Test func sixteenTagsAndNoMore() {
    let others = (1...15).map { "\"\($0)\"" }
    #expect(tags((others + [tag]).joined(separator: ","))?.match(version) == true)
    #expect(tags((others + ["\"0\"", tag]).joined(separator: ",")) == nil)
  }
}
