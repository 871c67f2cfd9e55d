// No log line, metric or page tells an id, a token, a lock's token, a payload or Redis's password,
// whatever is asked for and whatever goes wrong: every secret here contains one word, which is looked
// for afterwards.

import Foundation
import TestLab
import Testing

@Suite struct SecrecyTests {
  private static let marker = "Marker5e1f"
  private static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  /// Everything that the contract has, well and badly asked; the answers that are not the payload.
  private func use(
    _ gateway: GatewayProcess, _ fields: [String: String], _ secrets: inout [String]
  ) throws -> [String] {
    let marker = Self.marker
    let path = "/v1/sessions/id-\(marker)"
    let body = Array("payload \(marker)".utf8)
    var answers: [String] = []
    @discardableResult func ask(
      _ method: String, _ target: String, _ more: [String: String] = [:], _ body: [UInt8]? = nil
    ) throws -> RawHTTP.Response {
      let answer = try gateway.ask(method, target, fields.merging(more) { $1 }, body: body)
      if answer.status >= 400 { answers.append(answer.text) }
      return answer
    }
    let tag = try ask("PUT", path, [:], body)["ETag"] ?? ""
    try ask("PUT", path, ["If-Match": tag, "X-Request-Id": "r-1", "traceparent": Self.trace], body)
    try ask("PUT", path, ["If-Match": tag], body)
    try ask("GET", path, ["If-None-Match": "\"\(marker)\""])
    try ask("POST", path + "/touch", ["Session-Deadline": marker])
    let json = ["Content-Type": "application/json"]
    try ask("POST", "/v1/touches", json, Array("{\"ids\":[\"\(marker)\"]".utf8))
    try ask("POST", "/v1/touches", json, Array("{\"ids\":[\"a b \(marker)\"]}".utf8))
    // These are the gateway's own, and so are told apart from what is told here.
    let lock = try ask("POST", path + "/lock", ["Session-Lock-Request": "request-\(marker)"])
    secrets += [lock["Session-Lock"]].compactMap(\.self)
    let created = try ask("POST", "/v1/sessions", [:], body)
    secrets += [created["Location"]].compactMap { $0?.split(separator: "/").last.map(String.init) }
    try ask("HEAD", path)
    try ask("POST", path + "/lock")
    try ask("PUT", path, ["Session-Lock": marker], body)
    try ask("PUT", path + "?unlock=\(marker)", [:], body)
    try ask("DELETE", path + "/lock", ["Session-Lock": String(repeating: "0", count: 32)])
    try ask("GET", path, ["X-Request-Id": "two words \(marker)", "traceparent": marker])
    try ask("GET", path, ["Authorization": "Bearer other-\(marker)"])
    try ask("GET", path, ["Authorization": "Basic \(marker)"])
    try ask("PUT", path, ["Content-Encoding": marker], body)
    try ask("PUT", path, ["Content-Type": String(repeating: marker, count: 40)], body)
    try ask("GET", path + "/\(marker)?x=\(marker)")
    try ask("POST", path + "/touch?\(marker)")
    try ask("BREW\(marker)", "/v1/\(marker)?\(marker)=\(marker)")
    for bytes in ["GET \(path) HTTP/1.1\r\n\(marker)\r\n\r\n", "\(marker)\n\n", "GET \(path)\0"] {
      let connection = try gateway.connect()
      try connection.send(bytes)
      answers.append(try connection.response().text)
    }
    for page in ["/metrics", "/health", "/version", "/readyz"] {
      answers.append(try gateway.ask("GET", page).text)
    }
    return answers
  }

  @Test(arguments: [Backing.memory, .plainNode], ["text", "json"])
  func nothingIsTold(_ backing: Backing, _ format: String) throws {
    let folder = try TemporaryFolder()
    let made = try Command.succeed(
      GatewayProcess.program,
      ["token", "--namespace", "shop", "--rights", "read,write", "--name", "shop-web"]
    ).text.split(separator: "\n")
    let tokens = try folder.write("tokens", made[1] + "\n")
    var settings = RedisServer.Settings()
    settings.password = "password-\(Self.marker)"
    let redis = backing == .memory ? nil : try RedisServer(settings)
    let gateway = try GatewayProcess(
      [
        "--log-level", "trace", "--access-log", "--log-format", format, "--tokens-file", tokens,
      ] + (redis.map { ["--redis", $0.address] } ?? []),
      environment: redis == nil ? [:] : ["SESSION_GATEWAY_REDIS_PASSWORD": settings.password!],
      until: .ready)
    var fields = ["Authorization": "Bearer \(made[0])", "Cookie": "sid=\(Self.marker)"]
    var secrets: [String] = []
    var answers = try use(gateway, fields, &secrets)
    #expect(secrets.count == 2)
    // A tokens file that is none, with a token in the wrong place.
    try folder.write("tokens", "\(made[0]) \(Self.marker)\n")
    gateway.process.send(signal: SIGHUP)
    try eventually("it is refused") { gateway.log.contains("tokens not reloaded") }
    redis?.pause()
    fields["Session-Deadline"] = "1"
    answers += try use(gateway, fields, &secrets)
    try redis?.kill9()
    answers += try use(gateway, fields, &secrets)
    let waiting = try gateway.connect()
    try waiting.send("GET /v1/sessions/\(Self.marker) HTTP/1.1\r\nHost: \(Self.marker)\r\n")
    #expect(try gateway.terminate() == .exited(0))

    let log = gateway.log
    #expect(log.contains("shop-web") && log.contains("r-1") && log.contains(Self.trace))
    #expect(log.contains("not connected") == (redis != nil))
    for text in answers + [log] {
      #expect(!text.contains(Self.marker))
      #expect(secrets.allSatisfy { !text.contains($0) }, "a lock's token or a new id")
      #expect(!text.contains(made[0]))
      #expect(!text.contains(made[1].prefix(64)), "the token's digest")
    }
    #expect(answers.count >= 60)
  }
}
