// Passwords and certificates of a cluster are rotated under load, as an operator does it: both are
// accepted, the gateway is told (SIGHUP), the old ones go. All connections are dropped in between,
// so that new ones must be made with what was read.

import Foundation
import TestLab
import Testing

@Suite("Redis's password and certificates are replaced under load", .serialized)
struct ReloadTests {
  /// A gateway's files for a cluster, in places of their own so that they can be replaced.
  private struct Files {
    let folder: TemporaryFolder
    let flags: [String]

    init(_ cluster: RedisCluster, user: [String] = []) throws {
      folder = try TemporaryFolder()
      flags =
        user + [
          "--redis", cluster.nodes.map(\.address).joined(separator: ","), "--redis-tls",
          "--redis-ca", folder.file("ca"), "--redis-cert", folder.file("cert"),
          "--redis-key", folder.file("key"), "--redis-password-file", folder.file("password"),
          "--workers", "2",
        ] + Checker.flags
      try trust([cluster.authority!])
      try show(cluster.authority!)
      try folder.write("password", cluster.settings.password! + "\n")
    }

    func trust(_ authorities: [CertificateAuthority]) throws {
      try folder.write("ca", authorities.map { text(of: $0.certificate) }.joined())
    }

    func show(_ authority: CertificateAuthority) throws {
      let client = try authority.issue("gateway", names: [], usage: .client)
      try folder.write("cert", text(of: client.certificate))
      try folder.write("key", text(of: client.key))
    }
  }

  private func cluster(users: [String] = []) throws -> RedisCluster {
    var settings = RedisCluster.Settings()
    settings.users = users
    settings.requiresClientCertificate = true
    return try RedisCluster(settings)
  }

  private func hangUp(_ gateway: GatewayProcess, until line: String) throws {
    let before = count(line, in: gateway.log)
    gateway.process.send(signal: SIGHUP)
    try eventually("the log says: \(line)") { count(line, in: gateway.log) > before }
  }

  private func count(_ line: String, in log: String) -> Int {
    log.split(separator: "\n").count { $0.contains("\"\(line)") }
  }

  private func dropConnections(_ cluster: RedisCluster, _ checker: Checker) throws {
    for node in cluster.nodes { try node.dropClients() }
    try checker.wait(forMore: 40)
  }

  @Test("The password, then the certificates, are rotated; no request fails")
  func rotation() throws {
    let cluster = try cluster()
    let files = try Files(cluster)
    let gateway = try GatewayProcess(files.flags, until: .ready)
    let checker = try Checker(port: gateway.port)
    defer { checker.stop() }

    for node in cluster.nodes { try node.accept(password: "a newer password") }
    try show("a newer password", to: gateway, files)
    for node in cluster.nodes { try node.insist(on: "a newer password") }
    try dropConnections(cluster, checker)
    #expect(!gateway.log.contains("credentials"))
    ChaosTable.add("password rotated", checker.tally)
    Lab.judge(checker.tally, "password rotated", .nothing)

    checker.begin()
    try replaceAuthority(cluster, files, gateway, checker)
    ChaosTable.add("authority and all certificates replaced", checker.tally)
    let tally = try checker.end()
    Lab.judge(tally, "certificates replaced", .nothing)
    #expect(!gateway.log.contains("\"tls-"))
    #expect(!gateway.log.contains("a newer password"))
    #expect(try gateway.terminate() == .exited(0))
  }

  /// The gateway's user has the rights that the documentation tells to give it, and no others.
  @Test("A named user's password is rotated; no request fails")
  func namedUser() throws {
    let cluster = try cluster(users: ["gateway on >first \(Self.documentedRights())"])
    let files = try Files(cluster, user: ["--redis-user", "gateway"])
    try files.folder.write("password", "first\n")
    let gateway = try GatewayProcess(files.flags, until: .ready)
    let checker = try Checker(port: gateway.port)
    defer { checker.stop() }

    for node in cluster.nodes { try node.command("ACL", "SETUSER", "gateway", ">second") }
    try show("second", to: gateway, files)
    for node in cluster.nodes { try node.command("ACL", "SETUSER", "gateway", "<first") }
    for node in cluster.nodes { try node.command("CLIENT", "KILL", "USER", "gateway") }
    try checker.wait(forMore: 40)
    Lab.judge(try checker.end(), "a named user's password rotated", .nothing)
    #expect(!gateway.log.contains("credentials") && !gateway.log.contains("permission"))
    for node in try cluster.primaries() {
      #expect(try node.command("CLIENT", "LIST").text.contains("user=gateway"))
    }
    #expect(try gateway.terminate() == .exited(0))
  }

  /// What stands behind the password in the line of an ACL file for the gateway.
  private static func documentedRights() throws -> String {
    let operations = URL(filePath: #filePath).appending(path: "../../../docs/deployment.md")
    let text = text(of: operations.standardized.path)
    let line = try #require(text.firstRange(of: "user gateway on #SHA256 "))
    let end = try #require(text[line.upperBound...].firstRange(of: "```"))
    return text[line.upperBound..<end.lowerBound].split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  private func show(_ password: String, to gateway: GatewayProcess, _ files: Files) throws {
    try files.folder.write("password", password + "\n")
    try hangUp(gateway, until: "Redis password reloaded")
  }

  private func replaceAuthority(
    _ cluster: RedisCluster, _ files: Files, _ gateway: GatewayProcess, _ checker: Checker
  ) throws {
    let old = cluster.authority!
    let new = try CertificateAuthority(name: "the next authority")
    // 1. Everybody trusts both.
    try files.trust([old, new])
    try hangUp(gateway, until: "Redis certificates reloaded")
    for node in cluster.nodes {
      try node.command("CONFIG", "SET", "tls-ca-cert-file", files.folder.file("ca"))
    }
    // 2. Everybody shows the new one's.
    for (index, node) in cluster.nodes.enumerated() {
      let identity = try new.issue("node-\(index)")
      try node.command(
        "CONFIG", "SET", "tls-cert-file", identity.certificate, "tls-key-file", identity.key)
    }
    try dropConnections(cluster, checker)
    try files.show(new)
    try hangUp(gateway, until: "Redis certificates reloaded")
    try dropConnections(cluster, checker)
    // 3. Nobody trusts the old one.
    for node in cluster.nodes {
      try node.command("CONFIG", "SET", "tls-ca-cert-file", new.certificate)
    }
    try files.trust([new])
    try hangUp(gateway, until: "Redis certificates reloaded")
    try dropConnections(cluster, checker)
  }

  @Test("What is broken keeps what was there, with one line each")
  func brokenFiles() throws {
    let cluster = try cluster()
    let files = try Files(cluster)
    let gateway = try GatewayProcess(files.flags, until: .ready)
    try files.folder.write("password", "\n")
    try files.folder.write("ca", "nothing\n")
    try hangUp(gateway, until: "Redis password not reloaded")
    #expect(count("Redis certificates not reloaded", in: gateway.log) == 1)
    #expect(gateway.log.contains("holds no PEM data of the right kind"))
    for node in cluster.nodes { try node.dropClients() }
    try gateway.wait(for: "/readyz")
    #expect(!gateway.log.contains("\"tls-") && !gateway.log.contains("credentials"))
    // A key that is not the certificate's.
    try files.trust([cluster.authority!])
    try files.folder.write("key", text(of: cluster.authority!.issue("other").key))
    try hangUp(gateway, until: "Redis certificates not reloaded")
    #expect(gateway.log.contains("does not match the certificate"))
    // An authority that did not sign: new connections fail and say so, and a reload mends it.
    try files.show(cluster.authority!)
    try files.trust([try CertificateAuthority(name: "a stranger")])
    try files.folder.write("password", cluster.settings.password!)
    try hangUp(gateway, until: "Redis certificates reloaded")
    try gateway.wait(for: "/readyz")
    for node in cluster.nodes { try node.dropClients() }
    try eventually("the new authority counts, whatever session might be resumed") {
      gateway.log.contains("tls-unknown-authority")
    }
    try files.trust([cluster.authority!])
    try hangUp(gateway, until: "Redis certificates reloaded")
    try gateway.wait(for: "/readyz")
  }

  @Test("A wrong password is mended by another file and SIGHUP")
  func wrongPassword() throws {
    let cluster = try cluster()
    let files = try Files(cluster)
    try files.folder.write("password", "not this one")
    let gateway = try GatewayProcess(files.flags)
    try eventually("the log says why") { gateway.log.contains("\"credentials\"") }
    try files.folder.write("password", cluster.settings.password!)
    try hangUp(gateway, until: "Redis password reloaded")
    try gateway.wait(for: "/readyz")
    #expect(!gateway.log.contains("not this one"))
  }
}
