import Primitives
import Redis
import Testing

@Suite("Walking a reply")
struct ReplyCursorTests {
  @Test("each verb takes what it is for and leaves the rest")
  func verbs() {
    let reply = reply("*3\r\n:5\r\n$1\r\na\r\n-ERR x\r\n")
    var cursor = ReplyCursor()
    #expect(cursor.integer(in: reply) == nil)
    #expect(cursor.array(in: reply) == 3)
    #expect(cursor.array(in: reply) == nil)
    #expect(cursor.text(in: reply) == nil)
    #expect(cursor.integer(in: reply) == 5)
    #expect(cursor.text(in: reply)?.range.count == 1)
    #expect(cursor.text(in: reply) == nil)
    #expect(cursor.position == 3)
    #expect(cursor.next(in: reply)?.kind == .error)
    #expect(cursor.next(in: reply) == nil)
    #expect(cursor.skip(in: reply) == false)
    #expect(cursor.position == 4)
  }

  @Test("skipping passes an array with all that is in it")
  func skip() {
    let reply = reply("*3\r\n*2\r\n*1\r\n:1\r\n*0\r\n:2\r\n:3\r\n")
    var cursor = ReplyCursor()
    #expect(cursor.array(in: reply) == 3)
    #expect(cursor.skip(in: reply) == true)
    #expect(cursor.integer(in: reply) == 2)
    #expect(cursor.skip(in: reply) == true)
    #expect(cursor.skip(in: reply) == false)
  }

  @Test("nothing traps before the first reply or in an unfinished one")
  func short() {
    let none = Reply()
    #expect(none.kind == .null)
    #expect(none.integer == 0)
    #expect(none.string().byteCount == 0)
    #expect(none.token(at: -1) == nil)
    var reader = ReplyReader()
    var half = Reply()
    feed(Array("*3\r\n:1\r\n".utf8)[...], to: &reader)
    #expect(reader.next(into: &half) == .needMore)
    var cursor = ReplyCursor()
    #expect(cursor.skip(in: half) == false)
    #expect(cursor.position == 0)
  }
}
