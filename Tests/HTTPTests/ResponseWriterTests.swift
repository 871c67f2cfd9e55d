import Primitives
import Testing

@testable import HTTP

@Suite("Heads of answers, and dates")
struct ResponseWriterTests {
  static let time = UnixTime(milliseconds: 784_111_777_000)

  func text(_ bytes: RawSpan) -> String {
    var copy: [UInt8] = []
    for at in 0..<bytes.byteCount { copy.append(bytes[at]) }
    return String(decoding: copy, as: UTF8.self)
  }

  func head(
    _ status: Int, _ persistence: Persistence = .keepAlive, _ version: Version = .http11,
    length: Int = 0
  ) -> String {
    var writer = ResponseWriter()
    writer.begin(
      status: status, version: version, persistence: persistence, date: DateClock(Self.time))
    writer.end(length: length)
    return text(writer.bytes)
  }

  @Test("An answer with every kind of field, in front of its payload")
  func everyField() {
    let clock = DateClock(Self.time)
    var writer = ResponseWriter(capacity: 0)
    let type = bytes("text/plain; charset=\"x\"")
    writer.begin(status: 200, persistence: .keepAlive, date: clock)
    unsafe writer.field("Content-Type", type.span.bytes)
    writer.field("ETag", quotedHexadecimal: 0x0123_4567_89AB_CDEF)
    writer.field("Session-Expires-In", decimal: 1200)
    writer.field("Cache-Control", "no-store")
    writer.end(length: 5)
    var payload = ByteBuffer(capacity: 1024)
    payload.clear(headroom: 512)
    payload.append("hello" as StaticString)
    payload.prepend(writer.bytes)
    #expect(
      text(payload.bytes) == """
        HTTP/1.1 200 OK\r
        Date: Sun, 06 Nov 1994 08:49:37 GMT\r
        Content-Type: text/plain; charset="x"\r
        ETag: "0123456789abcdef"\r
        Session-Expires-In: 1200\r
        Cache-Control: no-store\r
        Content-Length: 5\r
        \r
        hello
        """)
  }

  @Test("204 and 304 have no Content-Length, every other status has one")
  func contentLength() {
    for status in 200...599 {
      let hasLength = head(status).contains("\r\nContent-Length: 0\r\n")
      #expect(hasLength == (status != 204 && status != 304))
    }
    #expect(!head(304, length: 20).contains("Content-Length"))
    #expect(head(200, length: 20).contains("\r\nContent-Length: 20\r\n"))
  }

  @Test("Connection says what the version does not imply")
  func connection() {
    #expect(!head(200).contains("Connection"))
    #expect(head(200, .close).contains("\r\nConnection: close\r\n"))
    #expect(head(200, .keepAlive, .http10).contains("\r\nConnection: keep-alive\r\n"))
    #expect(head(200, .close, .http10).contains("\r\nConnection: close\r\n"))
  }

  @Test("Status lines", arguments: [(201, "Created"), (423, "Locked"), (299, "Successful")])
  func statusLines(_ status: Int, _ reason: String) {
    #expect(head(status).hasPrefix("HTTP/1.1 \(status) \(reason)\r\nDate: "))
  }

  @Test("A reason of every class", arguments: [(199, "Informational"), (399, "Redirection")])
  func reasons(_ status: Int, _ reason: String) {
    #expect(Status.reason(status).description == reason)
  }

  @Test("A value cannot split an answer")
  func splitting() {
    var writer = ResponseWriter()
    let value = bytes("a\r\nSet-Cookie: b\0\u{E9}")
    writer.begin(status: 200, persistence: .keepAlive, date: DateClock(Self.time))
    unsafe writer.field("Content-Type", value.span.bytes)
    writer.end(length: 0)
    #expect(text(writer.bytes).contains("\r\nContent-Type: a  Set-Cookie: b   \r\n"))
  }

  @Test("What a waiting client is told")
  func continues() {
    #expect(ResponseWriter.continueResponse.description == "HTTP/1.1 100 Continue\r\n\r\n")
  }

  @Test(
    "RFC 9110, 5.6.7: dates",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (946_684_799, "Fri, 31 Dec 1999 23:59:59 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
      (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
      (1_795_258_800, "Sat, 21 Nov 2026 11:00:00 GMT"),
      (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
      (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ])
  func dates(_ seconds: Int64, _ expected: String) {
    let clock = DateClock(UnixTime(milliseconds: seconds * 1000 + 999))
    #expect(text(clock.bytes) == expected)
    #expect(clock.bytes.byteCount == DateClock.length)
  }

  @Test("The calendar goes through every day of 400 years, one after the other")
  func calendar() {
    var (year, month, day) = (1970, 1, 1)
    for days in 0..<146_097 {
      let civil = DateClock.civil(days)
      #expect(civil == (year, month, day))
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      day += 1
      if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
  }

  @Test("The clock moves with the second")
  func clockMoves() {
    var clock = DateClock(Self.time)
    clock.set(UnixTime(milliseconds: Self.time.milliseconds + 999))
    #expect(text(clock.bytes) == "Sun, 06 Nov 1994 08:49:37 GMT")
    clock.set(UnixTime(milliseconds: Self.time.milliseconds + 1000))
    #expect(text(clock.bytes) == "Sun, 06 Nov 1994 08:49:38 GMT")
  }
}
