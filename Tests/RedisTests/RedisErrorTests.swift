import Primitives
import Redis
import Testing

@Suite("Errors of nodes")
struct RedisErrorTests {
  private func error(_ line: String) -> RedisError { unsafe RedisError(line.utf8Span.span.bytes) }

  @Test(
    "by their first word",
    arguments: [
      ("TRYAGAIN Multiple keys request during rehashing of slot", .tryAgain),
      ("CLUSTERDOWN Hash slot not served", .clusterDown),
      ("MASTERDOWN Link with MASTER is down", .masterDown),
      ("LOADING Redis is loading the dataset in memory", .loading),
      ("READONLY You can't write against a read only replica.", .readOnly),
      ("BUSY Redis is busy running a script. You can only call SCRIPT KILL", .busy),
      ("NOREPLICAS Not enough good replicas to write.", .noReplicas),
      ("NOSCRIPT No matching script. Please use EVAL.", .noScript),
      ("OOM command not allowed. script: f, on @user_script:1.", .outOfMemory),
      ("MISCONF Redis is configured to save RDB snapshots", .misconfigured),
      ("NOAUTH Authentication required.", .noAuth),
      ("NOPERM this user has no permissions to run the 'get' command", .noPermission),
      ("WRONGPASS invalid username-password pair or user is disabled.", .wrongPassword),
      ("WRONGTYPE Operation against a key holding the wrong kind of value", .wrongType),
      ("CROSSSLOT Keys in request don't hash to the same slot", .crossSlot),
      ("EXECABORT Transaction discarded because of previous errors.", .executionAborted),
      ("ERR This instance has cluster support disabled", .clusterDisabled),
      // Redis 7.0 and 6.2, of a script's first write.
      (
        "ERR Script attempted to execute a write command while the cluster is down and readonly "
          + "script: f, on @user_script:1.", .clusterDown
      ),
      (
        "ERR Error running script (call to f_f): @user_script:1: Lua script attempted to execute "
          + "a write command while the cluster is down and readonly", .clusterDown
      ),
      ("ERR while the cluster is dow", .other),
      ("ERR unknown command 'x'", .other), ("LOADING", .loading), ("", .other), (" ", .other),
      ("LOADINGS x", .other), ("LOAD", .other), ("loading x", .other), ("BUSYKEY x", .other),
      ("ERRThis instance has cluster support disabled", .other),
    ] as [(String, RedisError)])
  func words(_ line: String, _ expected: RedisError) { #expect(error(line) == expected) }

  @Test("redirections, whatever form the host has")
  func redirections() {
    func moved(_ line: String) -> [String] {
      switch error(line) {
      case .moved(let slot, let host, let port):
        ["moved", "\(slot)", spelled(host, line), "\(port)"]
      case .ask(let slot, let host, let port): ["ask", "\(slot)", spelled(host, line), "\(port)"]
      default: ["\(error(line))"]
      }
    }
    #expect(moved("MOVED 3999 127.0.0.1:6381") == ["moved", "3999", "127.0.0.1", "6381"])
    #expect(moved("ASK 0 n1.example.net:65535") == ["ask", "0", "n1.example.net", "65535"])
    #expect(moved("MOVED 16383 ::1:7000") == ["moved", "16383", "::1", "7000"])
    #expect(moved("MOVED 1 fe80::1%eth0:1") == ["moved", "1", "fe80::1%eth0", "1"])
    #expect(moved("MOVED 1 :7000") == ["moved", "1", "(asked)", "7000"])
    #expect(moved("ASK 1 ?:7000") == ["ask", "1", "(unknown)", "7000"])
  }

  private func spelled(_ host: RedirectHost, _ line: String) -> String {
    switch host {
    case .named(let range): String(decoding: Array(line.utf8)[range.indices], as: UTF8.self)
    case .asked: "(asked)"
    case .unknown: "(unknown)"
    }
  }

  @Test(
    "redirections that can't be read",
    arguments: [
      "MOVED", "MOVED ", "MOVED 1", "MOVED 1 ", "MOVED 1 a", "MOVED 1 a:", "MOVED  1 a:1",
      "MOVED 1  a:1", "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED +1 a:1", "MOVED 01 a:1",
      "MOVED x a:1", "MOVED 1 a:0", "MOVED 1 a:65536", "MOVED 1 a:-1", "MOVED 1 a:07000",
      "MOVED 1 a:7000 ", "MOVED 1 a:7000 b:1", "MOVED 1 a/b:1", "MOVED 1 [::1]:1", "MOVED 1:1 a",
      "MOVED 1 \u{7F}:1", "MOVED 1 é:1", "ASK", "ASK 1:7000", "ASK 1 a:99999999999999999999",
      "ASK 99999999999999999999 a:1", "MOVED 1 " + String(repeating: "a", count: 256) + ":1",
    ])
  func malformed(_ line: String) { #expect(error(line) == .malformedRedirect) }

  @Test("every line cut short is classified without a trap")
  func cut() {
    let line = "MOVED 3999 127.0.0.1:6381"
    let results = (0..<line.utf8.count).map { error(String(line.prefix($0))) }
    #expect(results[4] == .other)
    #expect(results[5...21].allSatisfy { $0 == .malformedRedirect })
  }

  @Test("what calls for a new table of slots")
  func table() {
    let all: [(RedisError, refreshes: Bool)] = [
      (.moved(slot: 1, host: .asked, port: 1), true), (.ask(slot: 1, host: .asked, port: 1), false),
      (.malformedRedirect, true), (.tryAgain, false), (.clusterDown, true), (.masterDown, true),
      (.loading, false), (.readOnly, true), (.busy, false), (.noReplicas, false),
      (.noScript, false), (.outOfMemory, false), (.misconfigured, false), (.noAuth, false),
      (.noPermission, false), (.wrongPassword, false), (.wrongType, false), (.crossSlot, false),
      (.executionAborted, false), (.clusterDisabled, false), (.other, false),
    ]
    for (error, refreshes) in all { #expect(error.callsForRefresh == refreshes, "\(error)") }
  }
}
