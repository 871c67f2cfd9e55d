// What of X-Request-Id and traceparent is taken, byte by byte, and that a request without them costs
// its answer nothing.

import API
import HTTP
import Primitives
import Sessions
import Testing

@Suite struct CorrelationTests {
  /// The names that a request with these lines has.
  private func names(_ lines: String) throws -> (id: String, trace: String) {
    let bytes = Array("GET /livez HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
    var parser = RequestParser()
    var head = RequestHead()
    let progress = unsafe parser.parse(bytes.span.bytes, into: &head)
    try #require(progress == .head)
    let correlation = unsafe Correlation(head, bytes.span.bytes)
    #expect(Correlation.isIn(head) == lines.contains(":"))
    return (text(correlation.id), text(correlation.trace))
  }

  private func text(_ bytes: RawSpan) -> String {
    unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    "a", "7f3c2b10-2a5e-4c7b-9a53-0d6f2b1c9e77", "Root=1-67891233-abcdef012345678912345678",
    "AZaz09-._~+/=:,@", String(repeating: "x", count: 128),
  ]) func ids(_ id: String) throws {
    #expect(try names("X-Request-Id: \(id)\r\n").id == id)
    #expect(try names("x-request-id:   \(id)  \r\n").id == id)
  }

  @Test(arguments: [
    "", "two words", "quo\"te", "back\\slash", "semi;colon", "{a}", "a<b", "é", "a\tb",
    String(repeating: "x", count: 129),
  ]) func whatIsNoID(_ id: String) throws {
    #expect(try names("X-Request-Id: \(id)\r\n").id == "")
  }

  private static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func traces() throws {
    #expect(try names("traceparent: \(Self.trace)\r\n").trace == Self.trace)
    let later = "cc" + Self.trace.dropFirst(2)
    #expect(try names("Traceparent: \(later)\r\n").trace == later)
    #expect(try names("").trace == "")
  }

  @Test(arguments: [
    "ff" + trace.dropFirst(2), trace + "-", String(trace.dropLast()), trace.uppercased(),
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01", "",
  ]) func whatIsNoTrace(_ trace: String) throws {
    #expect(try names("traceparent: \(trace)\r\n").trace == "")
  }

  @Test func twiceIsNotAtAll() throws {
    let lines = "X-Request-Id: a\r\nX-Request-Id: a\r\ntraceparent: \(Self.trace)\r\n"
    #expect(try names(lines) == ("", Self.trace))
    let traces = "traceparent: \(Self.trace)\r\ntraceparent: \(Self.trace)\r\nX-Request-Id: b\r\n"
    #expect(try names(traces) == ("b", ""))
  }

  @Test func anIDIsMadeOnce() {
    var entropy = Entropy()
    var correlation = Correlation()
    #expect(!correlation.isPresent)
    correlation.identify(&entropy)
    let made = text(correlation.id)
    #expect(made.utf8.count == 32 && made.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    correlation.identify(&entropy)
    #expect(text(correlation.id) == made)
    correlation.clear()
    #expect(!correlation.isPresent && correlation.id.byteCount == 0)
    correlation.identify(&entropy)
    #expect(text(correlation.id) != made)
  }

  @Test func answersCarryTheNamesOnce() throws {
    var encoder = ResponseEncoder(UnixTime(milliseconds: 0))
    var entropy = Entropy()
    var correlation = Correlation()
    correlation.identify(&entropy)
    var reply = ByteBuffer()
    encoder.correlation = correlation
    _ = encoder.encode(Problem.noSuchSession, Exchange(), into: &reply)
    #expect(text(reply.bytes).contains("\r\nX-Request-Id: \(text(correlation.id))\r\n"))
    _ = encoder.encode(Problem.noSuchSession, Exchange(), into: &reply)
    #expect(!text(reply.bytes).contains("X-Request-Id"))
  }
}
