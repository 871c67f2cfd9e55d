// Locks and versions: heads in, commands or problems out.

import API
import HTTP
import Primitives
import Sessions
import Testing

@Suite struct LockDecoderTests {
  private static let token = "0123456789abcdef00000000000000ff"

  /// What a head comes to in a namespace.
  private func command(
    _ start: String, _ lines: [String], in namespace: Namespace = standard
  ) -> (command: SessionCommand, wait: Int, limit: Instant, problem: Problem?) {
    var text = "\(start) HTTP/1.1\r\nHost: a\r\n"
    for line in lines { text += line + "\r\n" }
    let bytes = Array((text + "\r\n").utf8)
    var parser = RequestParser()
    var head = RequestHead()
    var request = DecodedRequest()
    guard unsafe parser.parse(bytes.span.bytes, into: &head) == .head else {
      return (request.command, 0, .never, .malformedJSON)
    }
    let policy = RequestPolicy(
      largestBody: 1_000, deadline: .seconds(10), namespaces: NamespaceList([namespace]))
    let problem = unsafe RequestDecoder(policy: policy).decode(
      head, bytes.span.bytes, at: arrival, for: .anonymous, into: &request)
    return (request.command, request.wait, request.exchange.limit, problem)
  }

  @Test func acquires() {
    let plain = command("POST /v1/sessions/a/lock", [])
    #expect(plain.problem == nil && plain.command.verb == .lock)
    #expect(plain.command.lease == 30 && plain.wait == 0 && plain.command.heldLock.isNone)
    let full = command(
      "POST /v1/sessions/a/lock?wait=60&lease=3600",
      ["Session-Lock: \(Self.token)", "Session-Lock-Request: AZaz09-_"])
    #expect(full.problem == nil && full.command.lease == 3_600 && full.wait == 60)
    #expect(full.command.heldLock == LockToken(high: 0x0123_4567_89ab_cdef, low: 0xff))
    let longest = "Session-Lock-Request: \(String(repeating: "a", count: 64))"
    #expect(command("POST /v1/sessions/a/lock", [longest]).problem == nil)
  }

  /// The gateway's deadline is 10 s here, and bounds no wait.
  @Test(arguments: [("3", 3), ("9", 9), ("10", 10), ("60", 60)])
  func nobodyWaitsBeyondADeadlineOfHisOwn(_ deadline: String, _ limit: Int) {
    let seen = command("POST /v1/sessions/a/lock?wait=20", ["Session-Deadline: \(deadline)"])
    #expect(seen.problem == nil && seen.wait == 20)
    #expect(seen.limit == arrival + .seconds(limit))
    #expect(seen.command.deadline == arrival + .seconds(min(limit, 10)))
    #expect(command("POST /v1/sessions/a/lock?wait=20", []).limit == .never)
  }

  @Test func holds() {
    let held = LockToken(high: 0x0123_4567_89ab_cdef, low: 0xff)
    let lines = ["Session-Lock: \(Self.token)", "Content-Length: 0"]
    for (start, verb) in [
      ("PUT /v1/sessions/a/lock?lease=5", Verb.renew), ("DELETE /v1/sessions/a/lock", .unlock),
      ("PUT /v1/sessions/a", .put), ("DELETE /v1/sessions/a", .delete),
      ("PUT /v1/sessions/a?unlock=true", .put), ("DELETE /v1/sessions/a?unlock=true", .delete),
    ] {
      let seen = command(start, lines)
      #expect(seen.problem == nil && seen.command.verb == verb && seen.command.heldLock == held)
      #expect(seen.command.unlocks == start.hasSuffix("unlock=true"))
    }
  }

  @Test func listsOfVersions() {
    let seen = command("DELETE /v1/sessions/a", ["If-Match: \"0000000000000001\", \"x\""])
    #expect(seen.problem == nil && seen.command.condition == .matches)
    #expect(seen.command.versions.count == 23)
  }

  @Test(arguments: [
    ("POST /v1/sessions/a/lock?lease=0", [], Problem.malformedLease),
    ("POST /v1/sessions/a/lock?lease=3601", [], .malformedLease),
    ("POST /v1/sessions/a/lock?wait=61", [], .malformedWait),
    ("POST /v1/sessions/a/lock?wait=-1", [], .malformedWait),
    ("POST /v1/sessions/a/lock?wait=1&wait=1", [], .malformedQuery),
    ("POST /v1/sessions/a/lock?lease", [], .malformedQuery),
    ("PUT /v1/sessions/a/lock?wait=1", ["Session-Lock: \(token)"], .malformedQuery),
    ("PUT /v1/sessions/a/lock", [], .malformedLock),
    ("DELETE /v1/sessions/a/lock", [], .malformedLock),
    ("DELETE /v1/sessions/a/lock", ["Session-Lock: 1"], .malformedLock),
    (
      "DELETE /v1/sessions/a/lock", ["Session-Lock: \(token)", "Session-Lock: \(token)"],
      .malformedLock
    ),
    (
      "DELETE /v1/sessions/a/lock", ["Session-Lock: 00000000000000000000000000000000"],
      .malformedLock
    ),
    ("DELETE /v1/sessions/a/lock?unlock=true", ["Session-Lock: \(token)"], .malformedQuery),
    // Without the lock it would be a plain write, which breaks whoever's lock it is.
    ("PUT /v1/sessions/a?unlock=true", ["Content-Length: 0"], .malformedLock),
    ("DELETE /v1/sessions/a?unlock=true", [], .malformedLock),
    ("POST /v1/sessions/a/lock", ["Session-Lock-Request: 1234567"], .malformedLockRequest),
    (
      "POST /v1/sessions/a/lock",
      ["Session-Lock-Request: 12345678", "Session-Lock-Request: 12345678"], .malformedLockRequest
    ),
    ("POST /v1/sessions/a/lock", ["Session-Lock-Request: 1234567."], .malformedLockRequest),
    (
      "POST /v1/sessions/a/lock",
      ["Session-Lock-Request: \(String(repeating: "a", count: 65))"], .malformedLockRequest
    ),
    ("POST /v1/sessions/a/lock", ["If-Match: *"], .conditionNotSupported),
    ("POST /v1/sessions/a/touch", ["Session-Lock: \(token)"], .lockNotSupported),
    ("POST /v1/sessions", ["Session-Lock: \(token)", "Content-Length: 0"], .lockNotSupported),
    (
      "POST /v1/touches",
      ["Session-Lock: \(token)", "Content-Type: application/json", "Content-Length: 10"],
      .lockNotSupported
    ),
    (
      "PUT /v1/sessions/a", ["Session-Absolute-Timeout: 101", "Content-Length: 0"],
      .absoluteTimeoutNotAllowed
    ),
    (
      "PUT /v1/sessions/a", ["Session-Absolute-Timeout: 0", "Content-Length: 0"],
      .malformedTimeout
    ),
    (
      "PUT /v1/sessions/a",
      ["Session-Absolute-Timeout: 9", "Session-Absolute-Timeout: 9", "Content-Length: 0"],
      .malformedTimeout
    ),
  ]) func refusals(_ start: String, _ lines: [String], _ problem: Problem) {
    #expect(command(start, lines).problem == problem)
  }

  @Test func anAbsoluteTimeoutMayBeAllTheNamespaceHas() {
    let lines = ["Session-Absolute-Timeout: 100", "Content-Length: 0"]
    let seen = command("PUT /v1/sessions/a", lines)
    #expect(seen.problem == nil && seen.command.absoluteTimeout == 100)
  }

  @Test func rulesOfWrites() {
    var namespace = standard
    let put = "PUT /v1/sessions/a"
    let (condition, lock) = ("If-Match: *", "Session-Lock: \(Self.token)")
    for (rule, plain, conditional) in [
      (WriteRule.free, Problem?.none, Problem?.none), (.conditional, .conditionRequired, nil),
      (.locked, .lockRequired, .lockRequired),
    ] {
      namespace.writes = rule
      #expect(command(put, ["Content-Length: 1"], in: namespace).problem == plain)
      #expect(
        command(put, ["Content-Length: 1", condition], in: namespace).problem == conditional)
      #expect(command(put, ["Content-Length: 1", lock], in: namespace).problem == nil)
      let creation = ["Content-Length: 1", "If-None-Match: *"]
      #expect(command(put, creation, in: namespace).problem == nil)
    }
    namespace.writes = .free
    namespace.largestBody = 10
    #expect(command(put, ["Content-Length: 11"], in: namespace).problem == .bodyTooLarge)
    #expect(command(put, ["Content-Length: 10"], in: namespace).problem == nil)
  }
}
