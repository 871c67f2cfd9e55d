// `POST /v1/touches`: what is read of its body, and what is answered.

import API
import Foundation
import Primitives
import Sessions
import Testing

@Suite struct TouchBatchTests {
  private func batch(_ json: String) -> TouchBatch? {
    unsafe TouchBatch(json: Array(json.utf8).span.bytes)
  }

  private func answer(_ batch: TouchBatch) -> String {
    var body = ByteBuffer()
    batch.appendAnswer(to: &body)
    return text(of: body)
  }

  @Test(arguments: [
    "", " ", "null", "[]", "{}", "{\"ids\":null}", "{\"ids\":{}}", "{\"ids\":\"a\"}",
    "{\"ids\":[1]}", "{\"ids\":[null]}", "{\"ids\":[[\"a\"]]}", "{\"ids\":[\"a\"]",
    "{\"IDS\":[\"a\"]}", "{\"ids\":[\"\\u12\"]}", "\u{0}",
    "{\"ids\":[\"a]}", "nonsense",
  ]) func malformed(_ json: String) {
    #expect(batch(json) == nil)
  }

  @Test(arguments: [
    #"{"ids":["a"],"ids":["b"]}"#, #"{"ids":["a"],"\u0069ds":["b"]}"#,
    #"{"ids":["a"],"x":1,"x":2}"#, #"{"a\"b":1,"ids":[],"a\"b":2}"#,
    #"{"ids":["a"],"ids":["a"]}"#,
  ]) func aMemberThatIsThereTwice(_ json: String) {
    #expect(batch(json) == nil)
  }

  @Test func membersAreBounded() {
    func withOthers(_ count: Int) -> TouchBatch? {
      batch("{" + (0..<count).map { "\"x\($0)\":1," }.joined() + "\"ids\":[\"a\"]}")
    }
    #expect(withOthers(15) != nil)
    #expect(withOthers(16) == nil)
  }

  /// Names are bytes: two that look alike are two, and one of a hundred thousand marks is read in no time
  /// (by their normal forms it would take minutes).
  @Test func namesAreNotNormalised() {
    #expect(batch("{\"\u{E9}\":1,\"e\u{301}\":2,\"ids\":[\"a\"]}") != nil)
    let marks = ["\u{300}", "\u{316}"].map { String(repeating: $0, count: 50_000) }
    #expect(batch("{\"\(marks.joined())\":1,\"ids\":[\"a\"]}") != nil)
  }

  @Test(arguments: [
    #"{"ids":["a","ids","ids"]}"#, #"{"x":{"ids":1,"ids":2},"ids":["a"]}"#,
    #"{"ids":["a"],"y":"ids","z":"\",\"ids\":"}"#, #"{"x":[{"a":1},{"a":2}],"ids":["a"]}"#,
  ]) func whatOnlyLooksLikeIt(_ json: String) {
    #expect(batch(json) != nil)
  }

  @Test func limits() {
    func json(_ count: Int) -> String {
      let ids = (0..<count).map { "\"id\($0)\"" }.joined(separator: ",")
      return "{\"ids\":[\(ids)]}"
    }
    #expect(batch(json(0))?.count == 0)
    #expect(batch(json(1_000))?.count == 1_000)
    #expect(batch(json(1_001)) == nil)
  }

  @Test func ids() {
    let longest = String(repeating: "a", count: 256)
    let read = batch(
      """
      {"other": 1, "ids": ["a", "\\u0061:@", "", ".", "..", "a b", "a%62", "\(longest)",
       "\(longest)a", "\u{e9}", "a/b", "a\\u0000"]}
      """)!
    let ids = (0..<read.count).map { place in read.id(at: place).map { text(of: $0) } }
    #expect(
      ids == ["a", "a:@", nil, nil, nil, nil, nil, longest, nil, nil, nil, nil])
  }

  @Test func outcomes() {
    var three = batch("{\"ids\":[\"a\",\"b\",\"c\"]}")!
    #expect(three.pending == 3)
    three.take(.missing, at: 2)
    three.take(.touched, at: 1)
    #expect(three.pending == 1)
    three.take(.missing, at: 0)
    #expect(three.pending == 0 && three.fault == nil)
    #expect(answer(three) == "{\"touched\":1,\"missing\":[\"a\",\"c\"]}")
  }

  @Test func anIDThatIsListedTwiceIsAnsweredTwice() {
    var twice = batch("{\"ids\":[\"a\",\"a\"]}")!
    twice.take(.touched, at: 0)
    twice.take(.touched, at: 1)
    #expect(answer(twice) == "{\"touched\":2,\"missing\":[]}")
    var gone = batch("{\"ids\":[\"a\",\"a\"]}")!
    gone.take(.missing, at: 0)
    gone.take(.missing, at: 1)
    #expect(answer(gone) == "{\"touched\":0,\"missing\":[\"a\",\"a\"]}")
  }

  @Test func nobodyToTouch() {
    #expect(answer(batch("{\"ids\":[]}")!) == "{\"touched\":0,\"missing\":[]}")
  }

  @Test func theFirstFaultIsTold() {
    var batch = batch("{\"ids\":[\"a\",\"b\",\"c\"]}")!
    batch.take(.missing, at: 0)
    batch.take(.fault(.overloaded), at: 1)
    batch.take(.fault(.unavailable), at: 2)
    #expect(batch.fault == .overloaded)
    var encoder = ResponseEncoder(UnixTime(milliseconds: 0))
    var reply = ByteBuffer()
    #expect(encoder.encode(batch, Exchange(), into: &reply).status == 503)
    #expect(text(of: reply).contains("\"code\":\"store-overloaded\""))
  }

  @Test func aBatchThatTouchedOneIsNotUnexecuted() {
    var batch = batch("{\"ids\":[\"a\",\"b\"]}")!
    batch.take(.fault(.unavailable), at: 0)
    batch.take(.touched, at: 1)
    #expect(batch.fault == .outcomeUnknown)
    var encoder = ResponseEncoder(UnixTime(milliseconds: 0))
    var reply = ByteBuffer()
    #expect(encoder.encode(batch, Exchange(), into: &reply).status == 504)
    #expect(text(of: reply).contains("\"executed\":\"unknown\""))
  }

  @Test(arguments: [Outcome.touched, .fault(.outcomeUnknown)])
  func whatMayHaveBeenDoneIsNotDenied(_ outcome: Outcome) {
    for order in [[outcome, .fault(.overloaded)], [.fault(.overloaded), outcome]] {
      var batch = batch("{\"ids\":[\"a\",\"b\"]}")!
      batch.take(order[0], at: 0)
      batch.take(order[1], at: 1)
      #expect(batch.fault == .outcomeUnknown)
    }
  }
}
