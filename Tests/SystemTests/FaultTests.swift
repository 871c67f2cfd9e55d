// Every fault of the contract that a client can provoke, over a real socket: status, fields and
// document, and whether the connection is good for another request.

import TestLab
import Testing

@Suite struct FaultTests {
  private let json = ["Content-Type": "application/json"]

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404, "no-such-path"),
    ("GET /v1/sessions/nobody HTTP/1.1\r\nHost: a\r\n\r\n", 404, "no-such-session"),
    ("GET /v1/sessions/a%20b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-id"),
    ("GET /v1/sessions/.. HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-id"),
    ("GET /v1/sessions/a?touch=1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-query"),
    (
      "GET /v1/sessions/a HTTP/1.1\r\nHost: a\r\nIf-None-Match: a\r\n\r\n", 400,
      "malformed-condition"
    ),
    (
      "GET /v1/sessions/a HTTP/1.1\r\nHost: a\r\nSession-Deadline: x\r\n\r\n", 400,
      "malformed-deadline"
    ),
    (
      "POST /v1/touches HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Content-Length: 2\r\n\r\n[]", 400, "malformed-json"
    ),
    (
      "POST /v1/touches HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{\"ids\":[]}", 415,
      "not-json"
    ),
    (
      "PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
        + "Content-Length: 1\r\n\r\nx", 415, "content-encoding"
    ),
    (
      "PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nIf-Match: *\r\nIf-None-Match: *\r\n"
        + "Content-Length: 1\r\n\r\nx", 400, "malformed-condition"
    ),
    ("BREW /v1/sessions/a HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method-not-implemented"),
  ]) func refusedButInStep(_ request: String, _ status: Int, _ code: String) throws {
    let connection = try Gateways.before(.memory).connect()
    for _ in 0..<2 {
      try connection.send(request)
      let answer = try connection.response()
      try expectProblem(status, code, in: answer)
      #expect(answer["Connection"] == nil)
    }
    #expect(try connection.exchange("GET", "/livez").text == "ok\n")
  }

  /// A batch's bound is less than a body's.
  @Test func aBatchInChunksHasItsBound() throws {
    for (count, status) in [(512 << 10, 200), (512 << 10 + 1, 413)] {
      let list = #"{"ids":["a"]}"#
      let body = list + String(repeating: " ", count: count - list.utf8.count)
      let connection = try Gateways.before(.memory).connect()
      try connection.send(
        "POST /v1/touches HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n"
          + "\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
      #expect(try connection.response().status == status)
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", 400, "missing-host"),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "repeated-host"),
    ("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400, "bare-line-break"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", 400, "obsolete-folding"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400, "malformed-field"),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", 400, "control-byte"),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unsupported-version"),
    ("GET / HTTP/1.1.\r\nHost: a\r\n\r\n", 400, "malformed-version"),
    ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
    (
      "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400,
      "repeated-content-length"
    ),
    (
      "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400, "conflicting-framing"
    ),
    (
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501,
      "unsupported-transfer-coding"
    ),
    (
      "PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400,
      "malformed-chunk-size"
    ),
    (
      "PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
      400, "malformed-chunk-end"
    ),
    ("PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\n\r\n", 411, "length-required"),
    (
      "PUT /v1/sessions/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413,
      "body-too-large"
    ),
    // A page for operators has no use for a body, and reserves no room for one.
    (
      "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000000000000000\r\n\r\n", 413,
      "body-too-large"
    ),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417, "unknown-expectation"),
  ]) func refusedAndClosed(_ request: String, _ status: Int, _ code: String) throws {
    let connection = try Gateways.before(.memory).connect()
    try connection.send(request)
    let answer = try connection.response()
    try expectProblem(status, code, in: answer)
    #expect(answer["Connection"] == "close")
    try connection.expectClosed()
  }

  @Test func longHeads() throws {
    let gateway = try Gateways.before(.memory)
    let target = "/" + String(repeating: "a", count: 8_191)
    #expect(try gateway.ask("GET", target).status == 404)
    try expectProblem(414, "target-too-long", in: gateway.ask("GET", target + "a"))
    let large = ["X": String(repeating: "a", count: 16_384)]
    try expectProblem(431, "fields-too-large", in: gateway.ask("GET", "/livez", large))
    let many = Dictionary(uniqueKeysWithValues: (0..<99).map { ("x-\($0)", "y") })
    #expect(try gateway.ask("GET", "/livez", many).status == 200)
    let tooMany = many.merging(["x-99": "y"]) { $1 }
    try expectProblem(431, "too-many-fields", in: gateway.ask("GET", "/livez", tooMany))
  }

  @Test(arguments: [
    ("PATCH", "/v1/sessions/a", "GET, HEAD, PUT, DELETE"), ("GET", "/v1/sessions", "POST"),
    ("GET", "/v1/touches", "POST"), ("GET", "/v1/sessions/a/touch", "POST"),
    ("POST", "/livez", "GET, HEAD"), ("DELETE", "/metrics", "GET, HEAD"),
  ]) func methodsThatAreNotThere(_ method: String, _ path: String, _ allow: String) throws {
    let answer = try Gateways.before(.memory).ask(method, path)
    try expectProblem(405, "method-not-allowed", in: answer)
    #expect(answer["Allow"] == allow)
  }

  @Test func aRefusedHeadHasNoBody() throws {
    let connection = try Gateways.before(.memory).connect()
    try connection.send("HEAD /livez HTTP/1.1\r\n\r\n")
    let answer = try connection.response(toHEAD: true)
    #expect(answer.status == 400)
    try connection.expectClosed()
  }

  @Test(arguments: Backing.allCases) func aFailedConditionIsAProblem(_ backing: Backing) throws {
    let answer = try Gateways.before(backing).ask("PUT", freshPath(), ["If-Match": "*"], body: [1])
    try expectProblem(412, "condition-failed", in: answer)
  }

  @Test func aFullStoreRefusesAndForgetsNothing() throws {
    let gateway = try GatewayProcess(["--memory-limit", "1MiB", "--workers", "1"])
    let connection = try gateway.connect()
    var kept: [String] = []
    while kept.count < 1_000 {
      let path = freshPath()
      let answer = try connection.exchange("PUT", path, body: payload(20_480))
      if answer.status != 201 {
        try expectProblem(503, "store-full", executed: "no", in: answer)
        break
      }
      kept.append(path)
    }
    #expect((20...60).contains(kept.count))
    for path in kept { #expect(try connection.exchange("GET", path).body == payload(20_480)) }
    #expect(try connection.exchange("DELETE", kept[0]).status == 204)
    #expect(try connection.exchange("PUT", freshPath(), body: payload(20_000)).status == 201)
  }
}
