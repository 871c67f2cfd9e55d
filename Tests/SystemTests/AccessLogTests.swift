// The access log: a line for each answer, by whom, under which names; and that names come back.

import Foundation
import TestLab
import Testing

@Suite struct AccessLogTests {
  private struct Line: Decodable {
    var level: String
    var method: String?
    var route: String?
    var status: Int?
    var caller: String?
    var requestId: String?
    var traceparent: String?
  }

  private func lines(_ gateway: GatewayProcess) -> [Line] {
    gateway.log.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }.filter { $0.level == "access" }
  }

  private static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func aLineForEachAnswer() throws {
    let folder = try TemporaryFolder()
    let made = try Command.succeed(
      GatewayProcess.program,
      ["token", "--namespace", "shop", "--rights", "read", "--name", "shop-web"]
    ).text.split(separator: "\n")
    let tokens = try folder.write("tokens", made[1] + "\n")
    let gateway = try GatewayProcess(
      ["--access-log", "--log-format", "json", "--tokens-file", tokens, "--workers", "1"])
    let token = ["Authorization": "Bearer \(made[0])"]
    let path = freshPath()
    let names = ["X-Request-Id": "order-7", "traceparent": Self.trace]
    let known = try gateway.ask("GET", path, token.merging(names) { $1 })
    #expect(known.status == 404 && known["X-Request-Id"] == "order-7")
    #expect(known["traceparent"] == Self.trace)
    let forbidden = try gateway.ask("PUT", path, token, body: [1])
    let made32 = try #require(forbidden["X-Request-Id"])
    #expect(forbidden.status == 403 && made32.count == 32 && forbidden["traceparent"] == nil)
    let stranger = try gateway.ask("GET", path, ["X-Request-Id": "not one"])
    #expect(stranger.status == 401 && stranger["X-Request-Id"]?.count == 32)
    let broken = try gateway.connect()
    try broken.send("GET \(path) HTTP/1.1\r\nbroken\r\n\r\n")
    let refused = try broken.response()
    #expect(refused.status == 400 && refused["X-Request-Id"]?.count == 32)
    try eventually("all lines are written") { lines(gateway).count { $0.route != "/livez" } == 4 }
    let told = lines(gateway).filter { $0.route != "/livez" }
    #expect(told.map(\.status) == [404, 403, 401, 400])
    #expect(told.map(\.caller) == ["shop-web", "shop-web", nil, nil])
    #expect(told[0].requestId == "order-7" && told[0].traceparent == Self.trace)
    #expect(told[1].requestId == made32 && told[2].requestId == stranger["X-Request-Id"])
    #expect(told[3].requestId == refused["X-Request-Id"])
    #expect(told[0].route == "/v1/sessions/{id}" && told[3].route == "other")
    #expect(!gateway.log.contains(path) && !gateway.log.contains(made[0]))
  }

  @Test func namesAreOneRequestsOwn() throws {
    // On one connection, pipelined: each answer has the names of its request and no other's.
    let connection = try Gateways.before(.memory).connect()
    var bytes = ""
    for place in 0..<20 {
      bytes += "GET /livez HTTP/1.1\r\nHost: a\r\n"
      if place % 2 == 0 { bytes += "X-Request-Id: r\(place)\r\n" }
      if place % 3 == 0 { bytes += "traceparent: \(Self.trace)\r\n" }
      bytes += "\r\n"
    }
    try connection.send(bytes)
    for place in 0..<20 {
      let answer = try connection.response()
      #expect(answer["X-Request-Id"] == (place % 2 == 0 ? "r\(place)" : nil))
      #expect(answer["traceparent"] == (place % 3 == 0 ? Self.trace : nil))
    }
  }

  @Test func namesEndWithTheirClient() throws {
    // The next connection has the place of the one that is gone, and none of its names.
    let gateway = try GatewayProcess(["--workers", "1"])
    let (path, holder) = (freshPath(), try gateway.connect())
    #expect(try holder.exchange("PUT", path, body: [1]).status == 201)
    #expect(try holder.exchange("POST", path + "/lock").status == 200)
    let gone = try gateway.connect()
    try gone.send("POST \(path)/lock?wait=60 HTTP/1.1\r\nHost: a\r\nX-Request-Id: gone\r\n\r\n")
    let waiters = "session_gateway_lock_waiters "
    try eventually("it waits") { try gateway.metric(waiters) == 1 }
    gone.close()
    try eventually("it is gone") {
      let page = try gateway.ask("GET", "/metrics")
      #expect(page["X-Request-Id"] == nil)
      return page.text.contains("\n\(waiters)0\n")
    }
    let next = try (0..<4).map { _ in try gateway.connect() }
    for connection in next {
      #expect(try connection.exchange("GET", path)["X-Request-Id"] == nil)
    }
  }

  @Test(arguments: Backing.allCases) func namesComeBackFromEveryStore(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let names = ["X-Request-Id": "a.b", "traceparent": Self.trace]
    for (method, target, body) in [
      ("PUT", path, [UInt8(1)]), ("GET", path, nil), ("HEAD", path, nil),
      ("POST", path + "/touch", nil), ("DELETE", path, nil), ("GET", path, nil),
    ] {
      let answer = try gateway.ask(method, target, names, body: body)
      #expect(answer["X-Request-Id"] == "a.b", "\(method) \(answer.status)")
      #expect(answer["traceparent"] == Self.trace, "\(method) \(answer.status)")
    }
  }
}
