// `session-gateway check` before real servers in all states: what it finds, its exit status, and
// that no secret is in what it prints.

import Foundation
import Reactor
import TestLab
import Testing

@Suite("session-gateway check", .serialized)
struct RealTests {
  private static let secret = "the lab's password"
  private static let word = "users-password-7391"

  /// What a check said, as JSON.
  private struct Said: Decodable {
    struct Row: Decodable {
      let subject: String
      let verdict: String
      let detail: String
      let remedy: String?
      let nodes: [String]

      /// Whether the remedy speaks of `words`.
      func advises(_ words: String) -> Bool { remedy?.contains(words) == true }
    }

    let verdict: String
    let findings: [Row]

    /// The findings on `subject` that are not in order.
    func complaints(_ subject: String) -> [Row] {
      findings.filter { $0.subject == subject && $0.verdict != "ok" }
    }

    func verdict(_ subject: String) -> String? { findings.first { $0.subject == subject }?.verdict }
  }

  private func check(_ arguments: [String], exits: Int32 = 0) throws -> Said {
    let done = try Command.run(GatewayProcess.program, ["check", "--json"] + arguments)
    for secret in [Self.secret, Self.word] {
      #expect(!done.text.contains(secret) && !done.errors.contains(secret))
    }
    #expect(done.status == .exited(exits))
    return try JSONDecoder().decode(Said.self, from: Data(done.output))
  }

  @Test("A cluster of the lab: one machine is its only fault; then it loses nodes")
  func cluster() throws {
    var settings = RedisCluster.Settings()
    settings.lines = ["maxmemory 100mb"]
    let cluster = try RedisCluster(settings)
    try cluster.setNodeTimeout(5_000)
    let flags = try cluster.gatewayFlags()
    let whole = try check(flags)
    #expect(whole.verdict == "warn")
    // How fast nodes answer pings is the machine's matter.
    let faults = Set(whole.findings.filter { $0.verdict != "ok" }.map(\.subject))
      .subtracting(["latency"])
    // The lab's certificates are short-lived on purpose.
    #expect(faults == ["replicas", "hosts", "certificates", "tls"])
    _ = try check(flags + ["--strict"], exits: 1)

    let many = try check(flags + ["--sessions", "1000000", "--size", "20KiB"], exits: 2)
    #expect(many.verdict("headroom") == "fail")

    // A replica is lost: its primary is without one.
    try cluster.setNodeTimeout(2_000)
    try cluster.node(5).kill9()
    try eventually("the loss is known", within: .seconds(60)) {
      try cluster.node(0).command("CLUSTER", "NODES").text.contains("fail ")
    }
    try cluster.setNodeTimeout(5_000)
    let bare = try check(flags)
    #expect(bare.complaints("replicas").contains { $0.detail == "a primary without a replica" })
    #expect(bare.complaints("cluster").contains { $0.nodes == [cluster.node(5).address] })

    // A node that hangs costs its patience and no more.
    cluster.node(4).pause()
    let hung = try check(flags, exits: 2)
    cluster.node(4).resume()
    let silent = try #require(hung.complaints("nodes").first)
    #expect(silent.nodes == [cluster.node(4).address] && silent.advises("hangs"))
  }

  @Test("A wrong password or authority, an expired certificate, a plain port where TLS was meant")
  func mistaken() throws {
    let authority = try CertificateAuthority()
    let other = try CertificateAuthority(name: "another authority")
    var settings = RedisServer.Settings()
    settings.tls = try RedisServer.TLS(authority: authority)
    settings.password = Self.secret
    let server = try RedisServer(settings)
    let folder = try TemporaryFolder()
    let right = try folder.write("right", Self.secret)
    let wrong = try folder.write("wrong", "not " + Self.secret)
    let redis = ["--redis", server.address]
    let trust = ["--redis-tls", "--redis-ca", authority.certificate]
    func seed(_ flags: [String]) throws -> Said.Row {
      try #require(check(redis + flags, exits: 2).complaints("seeds").first)
    }
    let refused = try seed(trust + ["--redis-password-file", wrong])
    #expect(refused.detail == "user default or its password is wrong")
    #expect(try seed(trust).detail == "it asks for a password")
    let foreign = ["--redis-tls", "--redis-ca", other.certificate, "--redis-password-file", right]
    #expect(try seed(foreign).advises("--redis-ca"))
    #expect(try seed(["--redis-password-file", right]).advises("--redis-tls"))
    let good = try check(redis + trust + ["--redis-password-file", right])
    #expect(good.verdict("commands") == "ok")

    settings.tls?.identity = try authority.issue("expired", days: -1)
    let expired = try RedisServer(settings)
    let late = try check(
      ["--redis", expired.address, "--redis-password-file", right] + trust, exits: 2)
    #expect(late.complaints("seeds").first?.advises("Issue a new one") == true)

    let plain = try RedisServer()
    let mistaken = try check(["--redis", plain.address] + trust, exits: 2)
    #expect(mistaken.complaints("seeds").first?.detail == "the port speaks Redis without TLS")
    _ = try check(["--redis", plain.address])
    let nobody = try check(["--redis", "127.0.0.1:\(FreePorts.one())"], exits: 2)
    #expect(nobody.complaints("seeds").first?.detail == "nothing listens at that address")
  }

  @Test("A client certificate that is asked for and not given")
  func clientCertificate() throws {
    let authority = try CertificateAuthority()
    var settings = RedisServer.Settings()
    settings.tls = try RedisServer.TLS(authority: authority, requiresClientCertificate: true)
    let server = try RedisServer(settings)
    let flags = ["--redis", server.address, "--redis-tls", "--redis-ca", authority.certificate]
    let refused = try check(flags, exits: 2)
    #expect(refused.complaints("seeds").first?.advises("--redis-cert") == true)
    let own = try authority.issue("gateway", names: [], usage: .client)
    let shown = ["--redis-cert", own.certificate, "--redis-key", own.key]
    _ = try check(flags + shown)
  }

  @Test("Users: all that is needed, too little, keys of another, nothing to be read")
  func users() throws {
    var settings = RedisServer.Settings()
    let serving =
      "+get +getex +getrange +set +pttl +pexpire +unlink +setrange +strlen +rename +time"
      + " +evalsha +script|load +client|info +client|kill"
    let word = Self.word
    settings.users = [
      "narrow on >\(word) ~sg:* \(serving)",
      "poor on >\(word) ~sg:* +get +set +ping",
      "foreign on >\(word) ~other:* +@all",
      "shop on >\(word) ~sg:{shop:* \(serving)",
    ]
    let server = try RedisServer(settings)
    let folder = try TemporaryFolder()
    let password = try folder.write("password", word)
    let flags = ["--redis", server.address, "--redis-password-file", password]
    func said(_ user: String, exits: Int32) throws -> Said {
      try check(flags + ["--redis-user", user, "--redis-topology", "single"], exits: exits)
    }
    // Whether there is a cluster may be asked by those only who may ask for its slots.
    let asked = try check(flags + ["--redis-user", "narrow"], exits: 2)
    #expect(asked.complaints("nodes").first?.advises("+cluster|slots") == true)
    let narrow = try said("narrow", exits: 0)
    #expect(narrow.verdict("commands") == "ok")
    #expect(narrow.complaints("version").first?.advises("ACL SETUSER narrow +info") == true)
    let poor = try said("poor", exits: 2)
    let lacking = try #require(poor.complaints("commands").first)
    #expect(lacking.detail.contains("+getex") && lacking.detail.contains("+script|load"))
    #expect(!lacking.detail.contains("+get ") && !lacking.detail.contains("~sg"))
    let foreign = try said("foreign", exits: 2)
    #expect(foreign.complaints("commands").first?.detail == "user foreign lacks ~sg:*")
    // One that is kept to the keys of the namespaces that tokens name needs no others.
    func tokens(_ namespaces: String...) throws -> [String] {
      let lines = namespaces.enumerated().map { place, name in
        String(repeating: "\(place)", count: 64) + " \(name) read,write \(name)-web\n"
      }
      return ["--tokens-file", try folder.write(namespaces.joined(), lines.joined())]
    }
    let kept = flags + ["--redis-user", "shop", "--redis-topology", "single"]
    #expect(try check(kept + tokens("shop"), exits: 0).verdict("commands") == "ok")
    let wider = try check(kept + tokens("blog", "shop"), exits: 2).complaints("commands")
    #expect(wider.first?.detail == "user shop lacks ~sg:{blog:*")
    // What was tried has left nothing behind.
    #expect(try server.command("DBSIZE") == .integer(0))
  }

  @Test("The store in memory has little to be looked at; tokens and certificates are")
  func embedded() throws {
    #expect(try check([]).verdict == "ok")
    let folder = try TemporaryFolder()
    let tokens = try folder.write("tokens", "no line of a tokens file\n")
    let mistaken = try check(["--tokens-file", tokens], exits: 2)
    #expect(mistaken.verdict("tokens") == "fail")
    let authority = try CertificateAuthority()
    let old = try authority.issue("old", days: -1)
    let expired = try check(["--tls-cert", old.certificate, "--tls-key", old.key], exits: 2)
    #expect(expired.complaints("certificates").first?.detail.contains("expired") == true)
    // The fault may be in any of the files, so the settings of all are named, as `serve` names them.
    let tls = ["--tls-cert", old.certificate, "--tls-key", old.key, "--tls-client-ca", tokens]
    let mixed = try check(tls, exits: 2).complaints("certificates").first
    #expect(mixed?.detail.hasPrefix("--tls-cert, --tls-key or --tls-client-ca: ") == true)
    let redis = ["--redis", "127.0.0.1:1", "--redis-tls", "--redis-ca", tokens]
    let other = try check(redis, exits: 2).complaints("certificates").first
    #expect(other?.detail.hasPrefix("--redis-ca, --redis-cert or --redis-key: ") == true)
  }

  @Test("Mistakes of the caller", arguments: [["--size", "4KiB"], ["--timeout", "0"]])
  func mistakes(arguments: [String]) throws {
    let done = try Command.run(GatewayProcess.program, ["check"] + arguments)
    #expect(done.status == .exited(64))
  }

  @Test("Settings that are wrong are told as serve tells them, and --help teaches")
  func settings() throws {
    let wrong = try Command.run(GatewayProcess.program, ["check", "--redsi", "x"])
    #expect(wrong.status == .exited(2))
    let help = try Command.succeed(GatewayProcess.program, ["check", "--help"]).text
    for word in ["--strict", "--json", "--sessions", "EXIT STATUS", "EXAMPLES"] {
      #expect(help.contains(word))
    }
  }
}
