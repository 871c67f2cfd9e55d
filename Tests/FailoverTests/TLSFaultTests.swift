// What an operator gets wrong between a gateway and a node: each fault is told in one line that names
// the node, the reason and the setting, and in /health; the gateway recovers when it is mended.

import TestLab
import Testing

/// A fault, what stands for it in the log, and which words an operator must find there.
enum Misdeed: String, CaseIterable {
  case expired, notYetValid, foreignAuthority, selfSigned, otherHost, clientsOnly, tls11
  case plainPort, tlsPort, silence, reset, close, garbage, wrongPassword, noCertificate

  var code: String {
    switch self {
    case .expired: "tls-certificate-expired"
    case .notYetValid: "tls-certificate-not-yet-valid"
    case .foreignAuthority, .selfSigned: "tls-unknown-authority"
    case .otherHost: "tls-name-mismatch"
    case .clientsOnly: "tls-wrong-purpose"
    case .tls11: "tls-protocol-version"
    case .garbage: "tls-not-tls"
    // A plain Redis takes a ClientHello for the beginning of a line, and waits for its end.
    case .plainPort, .silence: "handshake-timeout"
    case .tlsPort: "no-greeting"
    case .reset: "reset"
    case .close: "closed"
    case .wrongPassword: "credentials"
    case .noCertificate: "tls-alert"
    }
  }

  /// The setting, of the gateway or of the node, that mends it.
  var setting: String? {
    switch self {
    case .expired, .notYetValid, .clientsOnly: "tls-cert-file"
    case .foreignAuthority, .selfSigned: "--redis-ca"
    case .otherHost: "--redis-server-name"
    case .tls11: "tls-protocols"
    case .plainPort, .silence, .garbage, .tlsPort: "--redis-tls"
    case .wrongPassword: "--redis-user and the password"
    case .noCertificate: "--redis-cert"
    case .reset, .close: nil
    }
  }
}

@Suite("What is wrong with TLS to a node is told in one line")
struct TLSFaultTests {
  private let authority: CertificateAuthority
  private let stranger: CertificateAuthority
  private let folder: TemporaryFolder
  private let password = "the lab's password"

  init() throws {
    authority = try CertificateAuthority()
    stranger = try CertificateAuthority(name: "a stranger")
    folder = try TemporaryFolder()
    try folder.write("password", password)
  }

  private func settings(_ identity: Identity?, _ lines: [String] = []) throws
    -> RedisServer.Settings
  {
    var settings = RedisServer.Settings()
    if let identity {
      var tls = try RedisServer.TLS(authority: authority)
      tls.identity = identity
      settings.tls = tls
    }
    settings.password = password
    settings.lines = lines
    return settings
  }

  /// Makes what is wrong, on `port`; it is there as long as what is given back.
  private func commit(_ misdeed: Misdeed, port: Int) throws -> AnyObject {
    func redis(_ identity: Identity?, _ lines: [String] = []) throws -> AnyObject {
      try RedisServer(settings(identity, lines), port: port)
    }
    switch misdeed {
    case .expired: return try redis(authority.issue("expired", days: -1))
    case .notYetValid: return try redis(authority.issueForLater("later"))
    case .foreignAuthority: return try redis(stranger.issue("node"))
    case .selfSigned: return try redis(authority.selfSigned("alone"))
    case .otherHost: return try redis(authority.issue("host", names: ["DNS:elsewhere.example"]))
    case .clientsOnly: return try redis(authority.issue("client", usage: .client))
    case .tls11:
      let identity = try authority.issue("old")
      return try ChildProcess(
        "openssl",
        ["s_server", "-accept", "\(port)", "-cert", identity.certificate, "-key", identity.key]
          + ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-quiet"], log: folder.file("s_server"))
    case .plainPort: return try redis(nil)
    case .tlsPort: return try redis(authority.issue("node"))
    case .silence: return try FakeNode(port: port, .silence)
    case .reset: return try FakeNode(port: port, .reset)
    case .close: return try FakeNode(port: port, .close)
    case .garbage: return try FakeNode(port: port, .say(Array("what is it you want of me?\n".utf8)))
    case .wrongPassword:
      var settings = try settings(authority.issue("node"))
      settings.password = "another password"
      return try RedisServer(settings, port: port)
    case .noCertificate:
      return try redis(authority.issue("node"), ["tls-auth-clients yes"])
    }
  }

  @Test(arguments: Misdeed.allCases) func isToldAndMended(_ misdeed: Misdeed) throws {
    let port = try FreePorts.one()
    var wrong: AnyObject? = try commit(misdeed, port: port)
    var flags = ["--redis", "127.0.0.1:\(port)", "--redis-topology", "single", "--workers", "1"]
    flags += ["--redis-password-file", folder.file("password")]
    if misdeed != .tlsPort { flags += ["--redis-tls", "--redis-ca", authority.certificate] }
    let gateway = try GatewayProcess(flags)
    // A server that is not there yet is told too, as what it is.
    try eventually("several attempts have failed", within: .seconds(60)) {
      try faults(of: gateway) >= 2 && gateway.log.contains("\"code\":\"\(misdeed.code)\"")
    }
    let lines = gateway.log.split(separator: "\n").filter { $0.contains("is not connected") }
    // Once, however often it is tried, unless a slow machine was told of in between.
    let isTold = lines.map { $0.contains("\"code\":\"\(misdeed.code)\"") }
    #expect(!zip(isTold, isTold.dropFirst()).contains { $0 && $1 }, "\(misdeed): \(gateway.log)")
    let told = lines.filter { $0.contains("\"code\":\"\(misdeed.code)\"") }
    #expect(told.allSatisfy { $0.contains("\"node\":\"127.0.0.1:\(port)\"") })
    if let setting = misdeed.setting {
      #expect(told.allSatisfy { $0.contains(setting) }, "\(misdeed): \(told)")
    }
    #expect(!gateway.log.contains(password))
    try eventually("the page of health tells it too") {
      let health = try gateway.connect().exchange("GET", "/health")
      return health.status == 503 && health.text.contains("\"code\":\"\(misdeed.code)\"")
        && health.text.contains(misdeed.setting ?? "")
    }
    let refused = try gateway.connect().exchange(
      "GET", "/v1/sessions/x", fields: ["Session-Deadline": "1"])
    #expect(refused.status == 503 && refused.text.contains("\"executed\":\"no\""))

    if let server = wrong as? RedisServer { try server.kill9() }
    if let server = wrong as? ChildProcess {
      server.kill9()
      try server.wait()
    }
    wrong = nil
    let identity = misdeed == .tlsPort ? nil : try authority.issue("mended")
    let redis = try RedisServer(settings(identity), port: port)
    try gateway.wait(for: "/readyz")
    #expect(try gateway.connect().exchange("PUT", "/v1/sessions/x", body: [1]).status == 201)
    #expect(try redis.command("DBSIZE") == .integer(1))
  }

  @Test("One version of TLS suffices", arguments: ["TLSv1.2", "TLSv1.3"])
  func oneVersion(_ version: String) throws {
    let redis = try RedisServer(settings(authority.issue("node"), ["tls-protocols \(version)"]))
    let gateway = try GatewayProcess(
      ["--redis", redis.address, "--redis-tls", "--redis-ca", authority.certificate]
        + ["--redis-password-file", folder.file("password")], until: .ready)
    #expect(try gateway.connect().exchange("PUT", "/v1/sessions/x", body: [1]).status == 201)
  }

  /// As deployments have it: certificates both ways, for a name that is not the nodes' address, and
  /// a user with a password.
  @Test("All credentials at once, with the server's name; without it nobody is trusted")
  func allAtOnce() throws {
    var node = try settings(
      authority.issue("node", names: ["DNS:redis.example"]), ["tls-auth-clients yes"])
    node.users = ["gateway on >its-own-password ~sg:* +@all"]
    let redis = try RedisServer(node)
    let client = try authority.issue("gateway", names: [], usage: .client)
    let flags = [
      "--redis", redis.address, "--redis-tls", "--redis-ca", authority.certificate,
      "--redis-cert", client.certificate, "--redis-key", client.key, "--redis-user", "gateway",
      "--redis-password-file", try folder.write("own", "its-own-password"), "--workers", "1",
    ]
    let named = try GatewayProcess(
      flags + ["--redis-server-name", "redis.example"], until: .ready)
    #expect(try named.connect().exchange("PUT", "/v1/sessions/x", body: [1]).status == 201)
    #expect(try redis.command("CLIENT", "LIST").text.contains("user=gateway"))
    let unnamed = try GatewayProcess(flags)
    try eventually("it is told") { unnamed.log.contains("\"tls-name-mismatch\"") }
    #expect(try unnamed.connect().exchange("GET", "/readyz").status == 503)
  }

  /// How many connections were lost or not made.
  private func faults(of gateway: GatewayProcess) throws -> Int {
    try gateway.metric("session_gateway_redis_connection_faults_total ")
  }
}
