// What a front-end sees of conditions, timeouts and locks, the same from both stores: the contract's
// pages on them, line by line, as requests and answers.

import Foundation
import TestLab
import Testing

@Suite("What a front-end sees", .serialized)
struct ClientViewTests {
  /// What keeps the sessions.
  enum Store: String, CaseIterable {
    case memory, redis
  }

  private static let redis = Result { try RedisServer() }

  /// A gateway whose default namespace has a policy of its own.
  private static func gateway(_ store: Store, _ policy: String = "") throws -> GatewayProcess {
    let folder = try TemporaryFolder()
    let file = try folder.write("policy.yaml", "namespaces: {default: {\(policy)}}\n")
    let flags = store == .redis ? ["--redis", try redis.get().address] : []
    return try GatewayProcess(
      flags + ["--config", file, "--workers", "2"], until: .ready)
  }

  /// One session at a gateway, on one connection.
  private struct Caller {
    let gateway: GatewayProcess
    let connection: RawHTTP
    let path = "/v1/sessions/\(UInt64.random(in: 0 ... .max))"

    init(_ gateway: GatewayProcess) throws {
      self.gateway = gateway
      connection = try gateway.connect()
    }

    func ask(
      _ method: String, _ rest: String = "", _ fields: [String: String] = [:], _ body: String? = nil
    ) throws -> RawHTTP.Response {
      try connection.exchange(
        method, path + rest, fields: fields, body: body.map { Array($0.utf8) })
    }

    func status(
      _ method: String, _ rest: String = "", _ fields: [String: String] = [:], _ body: String? = nil
    ) throws -> Int {
      try ask(method, rest, fields, body).status
    }

    func touchAll() throws -> String {
      let id = path.split(separator: "/").last!
      return try connection.exchange(
        "POST", "/v1/touches", fields: ["Content-Type": "application/json"],
        body: Array("{\"ids\":[\"\(id)\"]}".utf8)
      ).text
    }
  }

  private static let none = "\"0000000000000000\""

  @Test("Conditions", arguments: Store.allCases)
  func conditions(_ store: Store) throws {
    let caller = try Caller(Self.gateway(store))
    for (method, rest) in [("PUT", ""), ("POST", "/touch"), ("DELETE", "")] {
      for tags in ["*", Self.none] {
        let missing = try caller.ask(
          method, rest, ["If-Match": tags], method == "PUT" ? "x" : nil)
        #expect(missing.status == 412 && missing["ETag"] == nil)
      }
    }
    let created = try caller.ask("PUT", "", ["If-None-Match": "*"], "one")
    #expect(created.status == 201)
    #expect(try caller.status("PUT", "", ["If-None-Match": "*"], "two") == 412)
    let tag = try #require(created["ETag"])
    for (method, rest) in [("PUT", ""), ("POST", "/touch"), ("DELETE", "")] {
      for tags in [Self.none, "W/\(tag)", "\(Self.none), \"x\""] {
        let other = try caller.ask(method, rest, ["If-Match": tags], method == "PUT" ? "x" : nil)
        #expect(other.status == 412 && other["ETag"] == tag)
      }
    }
    for tags in [tag, "\(Self.none), \(tag)", "W/\(tag)", "*"] {
      #expect(try caller.status("GET", "", ["If-None-Match": tags]) == 304)
      #expect(try caller.status("HEAD", "", ["If-None-Match": tags]) == 304)
    }
    #expect(try caller.status("GET", "", ["If-None-Match": Self.none]) == 200)
    #expect(try caller.status("POST", "/touch", ["If-Match": "\(Self.none), \(tag)"]) == 204)
    let second = try caller.ask("PUT", "", ["If-Match": tag], "two")
    #expect(second.status == 204 && second["ETag"] != tag && second["ETag"] != nil)
    #expect(try caller.status("DELETE", "", ["If-Match": tag]) == 412)
    #expect(try caller.status("DELETE", "", ["If-Match": "*"]) == 204)
    #expect(try caller.status("PUT", "", ["If-Match": "*"], "three") == 412)
  }

  @Test("A lock's life", arguments: Store.allCases)
  func locks(_ store: Store) throws {
    let gateway = try Self.gateway(store)
    let (caller, connection) = (try Caller(gateway), try gateway.connect())
    #expect(try caller.status("POST", "/lock") == 404)
    let put = try caller.ask("PUT", "", ["Content-Type": "text/plain"], "one")
    let start = ContinuousClock.now
    /// Whole seconds that may have passed since.
    func passed() -> Int { Int((ContinuousClock.now - start).components.seconds) + 1 }
    let locked = try caller.ask("POST", "/lock")
    #expect(locked.status == 200 && locked.text == "one" && locked["ETag"] == put["ETag"])
    #expect(locked["Content-Type"] == "text/plain" && locked["Cache-Control"] == "no-store")
    #expect(locked["Session-Expires-In"] == "1200" && locked["Session-Lock-Expires-In"] == "30")
    let token = try #require(locked["Session-Lock"])
    #expect(token.count == 32)
    let held = try connection.exchange("POST", caller.path + "/lock")
    let age = try #require(Int(held["Session-Lock-Age"] ?? ""))
    #expect(held.status == 423 && (0...passed()).contains(age))
    #expect(try #require(Int(held["Retry-After"] ?? "")) <= 30)
    let mine = ["Session-Lock": token]
    let stranger = ["Session-Lock": String(repeating: "1", count: 32)]
    for (method, rest) in [("PUT", "/lock"), ("DELETE", "/lock"), ("PUT", ""), ("DELETE", "")] {
      #expect(try caller.status(method, rest, stranger, method == "PUT" ? "" : nil) == 409)
    }
    #expect(try caller.status("PUT", "/lock?lease=600", mine, "") == 204)
    let again = try caller.ask("POST", "/lock", mine)
    #expect(again["Session-Lock"] == token)
    let left = try #require(Int(again["Session-Lock-Expires-In"] ?? ""))
    #expect((600 - passed()...600).contains(left))
    #expect(try caller.status("PUT", "", mine, "two") == 204)
    #expect(try caller.status("PUT", "?unlock=true", mine, "three") == 204)
    #expect(try caller.status("DELETE", "/lock", mine) == 409)
    #expect(try caller.ask("GET").text == "three")
    let next = try #require(try caller.ask("POST", "/lock")["Session-Lock"])
    #expect(next != token)
    #expect(try caller.status("PUT", "", [:], "plain") == 204)
    #expect(try caller.status("PUT", "", ["Session-Lock": next], "late") == 409)
    let last = try #require(try caller.ask("POST", "/lock")["Session-Lock"])
    #expect(try caller.status("DELETE", "", ["Session-Lock": last]) == 204)
    #expect(try caller.status("GET") == 404)
  }

  @Test("Whoever lost its answer gets its lock again", arguments: Store.allCases)
  func again(_ store: Store) throws {
    let caller = try Caller(Self.gateway(store))
    _ = try caller.ask("PUT", "", [:], "one")
    let asked = ["Session-Lock-Request": "12345678"]
    let token = try #require(try caller.ask("POST", "/lock", asked)["Session-Lock"])
    #expect(try caller.ask("POST", "/lock", asked)["Session-Lock"] == token)
    #expect(try caller.ask("POST", "/lock?wait=5", asked)["Session-Lock"] == token)
    #expect(try caller.status("POST", "/lock", ["Session-Lock-Request": "87654321"]) == 423)
    #expect(try caller.status("DELETE", "/lock", ["Session-Lock": token]) == 204)
    #expect(try caller.ask("POST", "/lock", asked)["Session-Lock"] != token)
  }

  @Test("What a namespace asks for", arguments: Store.allCases)
  func policy(_ store: Store) throws {
    let policy = "writes: locked, lock-lease: 50s, lock-lease-max: 90s, absolute-timeout: 900s"
    let locked = try Caller(Self.gateway(store, policy))
    #expect(try locked.status("PUT", "", [:], "x") == 428)
    #expect(try locked.status("PUT", "", ["If-Match": "*"], "x") == 428)
    let (path, lock) = try promptly(within: .seconds(1)) {
      let new = try locked.connection.exchange("POST", "/v1/sessions", body: [1])
      let path = try #require(new["Location"])
      return (path, try locked.connection.exchange("POST", path + "/lock"))
    }
    #expect(lock["Session-Lock-Expires-In"] == "50")
    #expect(["899", "900"].contains(lock["Session-Expires-In"]))
    for rest in ["?lease=91", "?lease=0", "?wait=61", "?wait=-1"] {
      #expect(try locked.connection.exchange("POST", path + "/lock" + rest).status == 400)
    }
    let fields = ["Session-Lock": try #require(lock["Session-Lock"])]
    #expect(
      try locked.connection.exchange("PUT", path, fields: fields, body: [2]).status == 204)
    let conditional = try Caller(Self.gateway(store, "writes: conditional"))
    #expect(try conditional.status("PUT", "", [:], "x") == 428)
    #expect(try conditional.status("PUT", "", ["If-None-Match": "*"], "x") == 201)
    #expect(
      try conditional.status("PUT", "", ["Session-Absolute-Timeout": "5", "If-Match": "*"], "x")
        == 400)
  }

  /// Nothing tells the length of a body in chunks before it is whole.
  @Test("A namespace's largest body holds in chunks, too")
  func largestBody() throws {
    let caller = try Caller(Self.gateway(.memory, "max-body: 10"))
    for (body, status) in [("0123456789", 201), ("0123456789a", 413)] {
      let size = String(body.utf8.count, radix: 16)
      try caller.connection.send(
        "PUT \(caller.path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "\(size)\r\n\(body)\r\n0\r\n\r\n")
      #expect(try caller.connection.response().status == status)
    }
  }

  /// A namespace bounds what it keeps. What is ignored has the gateway's bound, however it is sent.
  @Test("A namespace's largest body is not that of what is ignored")
  func ignoredBody() throws {
    let caller = try Caller(Self.gateway(.memory, "max-body: 10"))
    #expect(try caller.status("PUT", "", [:], "x") == 201)
    let locked = try caller.ask("POST", "/lock")
    let lock = "Session-Lock: \(try #require(locked["Session-Lock"]))\r\n"
    for (start, status) in [
      ("POST \(caller.path)/touch", 204), ("GET \(caller.path)", 200),
      ("PUT \(caller.path)/lock", 204), ("DELETE \(caller.path)", 204),
    ] {
      for body in ["Content-Length: 11\r\n\r\n0123456789a", Self.elevenInChunks] {
        if start.hasPrefix("DELETE") { _ = try caller.ask("PUT", "", [:], "x") }
        let fields = start.hasSuffix("/lock") ? lock : ""
        try caller.connection.send("\(start) HTTP/1.1\r\nHost: a\r\n\(fields)\(body)")
        #expect(try caller.connection.response().status == status)
      }
    }
  }

  private static let elevenInChunks =
    "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"

  @Test("A touch leaves a session its absolute deadline although the namespace has none any more")
  func absoluteTakenBack() throws {
    let former = try Caller(Self.gateway(.redis, "absolute-timeout: 600s"))
    #expect(try former.status("PUT", "", [:], "x") == 201)
    let present = try Self.gateway(.redis)
    let key = "sg:{default:\(former.path.split(separator: "/").last!)}"
    for _ in 0..<2 {
      #expect(try present.connect().exchange("POST", former.path + "/touch").status == 204)
      try eventually("the timeout is what is left") {
        guard case .integer(let left) = try Self.redis.get().command("PTTL", key) else {
          return false
        }
        return (1...600_000).contains(left)
      }
    }
  }

  /// In Redis the keys outlive the deadline here: it is the record that says when the session ends.
  @Test("The absolute timeout ends a session on every path", arguments: Store.allCases)
  func absolute(_ store: Store) throws {
    let gateway = try Self.gateway(store, "absolute-timeout: 10s")
    var (callers, locks) = ([Caller](), [String]())
    for _ in 0..<14 {
      // In half of the time that the session has.
      let (caller, lock, answers) = try promptly(within: .seconds(5)) {
        let caller = try Caller(gateway)
        let made = try caller.ask("PUT", "", ["Session-Idle-Timeout": "900"], "one")
        let lock = try caller.ask("POST", "/lock?lease=600")["Session-Lock"]
        let written = try caller.ask("PUT", "", ["Session-Lock": lock ?? ""], "two")
        return (caller, lock, [made, written, try caller.ask("GET", "?touch=false")])
      }
      #expect(answers.map(\.status) == [201, 204, 200])
      #expect((1...10).contains(try #require(Int(answers[2]["Session-Expires-In"] ?? ""))))
      callers.append(caller)
      locks.append(try #require(lock))
      if store == .redis {
        let key = "sg:{default:\(caller.path.split(separator: "/").last!)}"
        #expect(try Self.redis.get().command("PERSIST", key) == .integer(1))
      }
    }
    usleep(10_100_000)
    #expect(try callers[0].status("GET") == 404)
    #expect(try callers[1].status("GET", "?touch=false") == 404)
    #expect(try callers[2].status("HEAD") == 404)
    #expect(try callers[3].status("POST", "/touch") == 404)
    #expect(try callers[4].touchAll().contains("\"touched\":0"))
    #expect(try callers[5].status("DELETE") == 404)
    #expect(try callers[6].status("POST", "/lock") == 404)
    #expect(try callers[7].status("PUT", "/lock", ["Session-Lock": locks[7]], "") == 409)
    #expect(try callers[8].status("DELETE", "/lock", ["Session-Lock": locks[8]]) == 409)
    #expect(try callers[9].status("PUT", "", ["Session-Lock": locks[9]], "x") == 409)
    #expect(try callers[10].status("PUT", "", ["If-Match": "*"], "x") == 412)
    #expect(try callers[11].status("PUT", "", ["If-None-Match": "*"], "x") == 201)
    #expect(try callers[12].status("PUT", "", [:], "x") == 201)
    #expect(try callers[13].status("GET", "", ["If-None-Match": "*"]) == 404)
    #expect(try callers[12].ask("GET").text == "x")
  }
}
