// What becomes of a connection (RFC 9112, 9; RFC 9110, 10.1.1).

import TestLab
import Testing

@Suite("Connections")
struct ConnectionTests {
  private static let one = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"

  static let cases: [Case] = [
    .pipeline("three requests at once", one + "1" + one + "2" + one + "3", ["1", "2", "3"]),
    .pipeline(
      "chunks, a length and none",
      Case.chunks("1\r\na\r\n0\r\n\r\n") + one + "b" + Case.get(), ["a", "b", ""]),
    .pipeline("an empty line between", one + "1\r\n" + one + "2", ["1", "2"]),
    .pipeline(
      "a hundred", String(repeating: one + "x", count: 100), Array(repeating: "x", count: 100)),
    .closing("Connection: close", Case.get("Connection: close\r\n")),
    .closing("CLOSE in a list", Case.get("Connection: a, CLOSE\r\n")),
    .closing("close behind keep-alive", Case.get("Connection: keep-alive, close\r\n")),
    .closing("close in a second line", Case.get("Connection: a\r\nConnection: close\r\n")),
    .closing("HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
    .closing(
      "HTTP/1.0 with a body", "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "hi"),
    .served(
      "HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"),
    .served("an upgrade nobody here makes", Case.get("Connection: Upgrade\r\nUpgrade: h2c\r\n")),
    .served(
      "Expect without a body", Case.get("Expect: 100-continue\r\n")),
    .served(
      "Expect in HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n"
        + "Content-Length: 2\r\n\r\nhi", "hi"),
  ]

  @Test("Pipelines and the end", arguments: cases)
  func connection(_ one: Case) throws { try check(one) }

  @Test("HEAD has the length of nothing and no body")
  func head() throws {
    var one = Case.served("HEAD", Case.line("HEAD / HTTP/1.1"))
    one.isHead = true
    try check(one)
  }

  @Test("A body is asked for once, and only when it has not come")
  func expectation() throws {
    let connection = try EchoProcess.shared.get().connect()
    let head = Case.post("Content-Length: 5\r\nExpect: 100-continue\r\n")
    try connection.send(head)
    #expect(try connection.response().status == 100)
    try connection.send("hello")
    #expect(try connection.response().text == "hello")
    try connection.send(head + "hello")
    #expect(try connection.response().status == 200)
  }

  @Test("A body that is too large is refused before it is asked for")
  func tooLarge() throws {
    let connection = try EchoProcess.shared.get().connect()
    try connection.send(Case.post("Content-Length: 2000000\r\nExpect: 100-continue\r\n"))
    #expect(try connection.response().status == 413)
    try connection.expectClosed()
  }

  @Test(
    "A request that ends in the middle is answered by the end",
    arguments: [
      "G", "GET / HTTP/1.1\r\nHost: a\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ])
  func unfinished(text: String) throws {
    let connection = try EchoProcess.shared.get().connect()
    try connection.send(text)
    connection.finish()
    try connection.expectClosed()
  }

  @Test("A refused client that goes on sending can still read why")
  func lingering() throws {
    // The server lingers for two seconds: who took longer sends again.
    let connection = try promptly(within: .seconds(2)) { () -> RawHTTP? in
      let connection = try EchoProcess.shared.get().connect()
      try connection.send(Case.post("Content-Length: 2000000\r\n"))
      for _ in 0..<20 {
        do { try connection.send([UInt8](repeating: 65, count: 65_536)) } catch { return nil }
      }
      return connection
    }
    guard let connection else { throw LabFault("it lingers for less than two seconds") }
    #expect(try connection.response().status == 413)
    try connection.expectClosed()
  }
}
