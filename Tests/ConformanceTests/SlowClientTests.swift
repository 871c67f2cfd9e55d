// Clients that take their time, against bounds that are short enough to be waited for. What is
// checked is that an end comes, not how soon.

import TestLab
import Testing

@Suite("Slow clients", .serialized)
struct SlowClientTests {
  /// Sends a byte now and then, and expects that the peer ends that before all are sent.
  private func drip(_ bytes: [UInt8], to connection: RawHTTP) throws {
    for byte in bytes {
      do { try connection.send([byte]) } catch { return }
      if try !connection.isSilent(for: .milliseconds(40)) { return }
    }
    Issue.record("each byte buys more time")
  }

  @Test("A head that drips is refused with 408")
  func slowHead() throws {
    let echo = try EchoProcess(["--head-timeout", "200"])
    let connection = try echo.connect()
    try drip(
      Array("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 1_000))".utf8),
      to: connection)
    let answer = try connection.response()
    #expect(answer.status == 408)
    #expect(answer["Connection"] == "close")
    try connection.expectClosed()
  }

  @Test(
    "A body that drips is refused with 408",
    arguments: [
      "Content-Length: 100000\r\n", "Transfer-Encoding: chunked\r\n",
    ])
  func slowBody(field: String) throws {
    let echo = try EchoProcess(["--body-timeout", "200"])
    let connection = try echo.connect()
    try connection.send(Case.post(field))
    let chunks = String(repeating: "1\r\na\r\n", count: 1_000)
    try drip(Array(chunks.utf8), to: connection)
    #expect(try connection.response().status == 408)
    try connection.expectClosed()
  }

  @Test("A connection without a request ends without a word")
  func idle() throws {
    let echo = try EchoProcess(["--idle-timeout", "200"])
    let silent = try echo.connect()
    // Who does not ask at once on a busy machine is taken for silent, too.
    let used = try promptly(within: .milliseconds(200)) { () -> (RawHTTP, Int?) in
      let used = try echo.connect()
      return (used, try? used.exchange("GET", "/").status)
    }
    #expect(used.1 == 200)
    try silent.expectClosed()
    try used.0.expectClosed()
  }

  @Test("A client that never reads is given up")
  func neverReads() throws {
    let echo = try EchoProcess([
      "--write-timeout", "200", "--body-timeout", "600000", "--max-body", "16777216",
    ])
    let connection = try echo.connect()
    #expect(try connection.exchange("GET", "/").status == 200)
    let held = echo.process.descriptorCount
    let body = [UInt8](repeating: 65, count: 16 << 20)
    try connection.send(Case.post("Content-Length: \(body.count)\r\n"))
    try connection.send(body)
    try eventually("the answer has begun") { try !connection.isSilent(for: .zero) }
    try eventually("the connection is given up") { echo.process.descriptorCount < held }
  }

  @Test("A hundred slow clients delay nobody")
  func others() throws {
    let echo = try EchoProcess(["--head-timeout", "1000"])
    let slow = try (0..<100).map { _ in try echo.connect() }
    for connection in slow { try connection.send("GET / HTTP/1.1\r\n") }
    let honest = try echo.connect()
    for _ in 0..<100 { #expect(try honest.exchange("POST", "/", body: [1]).body == [1]) }
    for connection in slow { #expect(try connection.response().status == 408) }
    #expect(try honest.exchange("GET", "/").status == 200)
  }
}
