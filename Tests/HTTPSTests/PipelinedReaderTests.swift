// A client that pipelines large reads and takes its time, at the gateway itself, plain.

import TestLab
import Testing

@Suite("Answers that wait for their reader")
struct PipelinedReaderTests {
  @Test("What was pipelined behind a large answer is answered when that has left")
  func pipelined() throws {
    let gateway = try GatewayProcess(["--workers", "1", "--max-body", "8MiB"])
    let payload = (0..<8 << 20).map { UInt8(truncatingIfNeeded: $0 &* 13 ^ $0 >> 11) }
    let put = try gateway.connect().exchange("PUT", "/v1/sessions/large", body: payload)
    #expect(put.status == 201)
    let connection = try gateway.connect()
    let get = "GET /v1/sessions/large HTTP/1.1\r\nHost: a\r\n\r\n"
    try connection.send(String(repeating: get, count: 4) + "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    // The sockets are full long before the first answer has left.
    #expect(try !connection.isSilent(for: .seconds(10)))
    for _ in 0..<4 { #expect(try connection.response().body == payload) }
    #expect(try connection.response().text == "ok\n")
  }

  @Test("A client that ends its side with its request gets its answer, and the end")
  func halfClosed() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    let connection = try gateway.connect()
    try connection.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    connection.finish()
    #expect(try connection.response().status == 200)
    try connection.expectClosed()
  }
}
