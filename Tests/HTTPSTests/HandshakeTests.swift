// Versions, protocols, certificates and resumption, as the openssl and curl commands see them.

import TestLab
import Testing

@Suite("HTTPS: handshakes", .serialized)
struct HandshakeTests {
  private static let get = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

  @Test("TLS 1.2 and 1.3 are spoken", arguments: ["1.2", "1.3"])
  func versions(version: String) throws {
    let secure = try SecureGateway()
    let limits = ["--tlsv\(version)", "--tls-max", version]
    #expect(try secure.curl("/livez", limits).status == 200)
  }

  @Test("TLS 1.1 and 1.0 are not", arguments: ["-tls1_1", "-tls1"])
  func oldVersions(flag: String) throws {
    let secure = try SecureGateway()
    let said = try secure.handshake([flag, "-cipher", "ALL:@SECLEVEL=0"])
    #expect(said.status != .exited(0))
    #expect(said.errors.contains("alert protocol version"))
    #expect(try secure.curl("/livez").status == 200)
  }

  @Test("http/1.1 is agreed on, and h2 alone is refused")
  func protocols() throws {
    let secure = try SecureGateway()
    let both = try secure.handshake(["-alpn", "h2,http/1.1"])
    #expect(both.text.contains("ALPN protocol: http/1.1"))
    let none = try secure.handshake(["-alpn", "h2"])
    #expect(none.errors.contains("no application protocol"))
  }

  @Test(
    "A session is resumed by another connection, whichever worker it meets",
    arguments: ["-tls1_2", "-tls1_3"])
  func resumption(version: String) throws {
    let secure = try SecureGateway(["--workers", "2"])
    let session = secure.folder.file("session")
    let first = try secure.handshake([version, "-sess_out", session, "-ign_eof"], input: Self.get)
    #expect(first.text.contains("New, TLS"))
    for _ in 0..<8 {
      let next = try secure.handshake([version, "-sess_in", session, "-ign_eof"], input: Self.get)
      #expect(next.text.contains("Reused, TLS"))
      #expect(next.text.contains("HTTP/1.1 200 OK"))
    }
  }

  /// Each makes OpenSSL keep 64 KiB, before anybody has shown who it is.
  @Test("What pieces of handshakes keep is counted, and bounded")
  func pieces() throws {
    let refused = "limits_total{limit=\"client-buffers\"} 16\n"
    let noneLate = "limits_total{limit=\"handshake-timeout\"} 0\n"
    // A handshake has ten seconds.
    let (secure, clients, metrics) = try promptly(within: .seconds(9)) {
      let secure = try SecureGateway(["--workers", "1", "--client-buffers", "4MiB"])
      let clients = try (0..<80).map { _ in try RawHTTP(port: secure.gateway.port) }
      for client in clients { try client.send([0x16, 3, 1, 2, 0, 1, 0]) }
      var metrics = ""
      try eventually("there is no room for the last ones") {
        metrics = try secure.curl("/metrics").text
        return metrics.contains(refused) || !metrics.contains(noneLate)
      }
      return (secure, clients, metrics)
    }
    #expect(metrics.contains(refused) && metrics.contains("client_buffer_bytes 4194304\n"))
    for client in clients { client.abort() }
    try eventually("all of it is free") {
      try secure.curl("/metrics").text.contains("client_buffer_bytes 0\n")
    }
  }

  @Test("A hello that announces more than there is room for is not waited for")
  func longHello() throws {
    let secure = try SecureGateway()
    let client = try RawHTTP(port: secure.gateway.port)
    try client.send([22, 3, 1, 0, 4, 1, 2, 0, 0])
    try client.expectClosed()
    let metrics = try secure.curl("/metrics").text
    #expect(metrics.contains("limits_total{limit=\"handshake-timeout\"} 0\n"))
  }

  @Test("Handshakes are counted by how they end")
  func counts() throws {
    let secure = try SecureGateway(["--workers", "1"])
    func count(_ result: String) throws -> Int {
      let name = "session_gateway_tls_handshakes_total{peer=\"client\",result=\"\(result)\"}"
      let page = try secure.curl("/metrics").body
      let line = String(decoding: page, as: UTF8.self).split(separator: "\n").first {
        $0.hasPrefix(name)
      }
      return Int(try #require(line).split(separator: " ").last!) ?? -1
    }
    // The scrape's own handshake is among them.
    let before = try (full: count("full"), failed: count("failed"))
    let session = secure.folder.file("session")
    for option in ["-sess_out", "-sess_in", "-sess_in"] {
      _ = try secure.handshake([option, session, "-ign_eof"], input: Self.get)
    }
    let plain = try secure.gateway.connect()
    try plain.send(Self.get)
    try eventually("what speaks no TLS is dropped") { try count("failed") == before.failed + 1 }
    #expect(try count("resumed") == 2)
    #expect(try count("full") > before.full)
  }

  @Test("A client needs a certificate of the right authority, where one is asked for")
  func clients() throws {
    let authority = try CertificateAuthority(name: "clients")
    let stranger = try CertificateAuthority(name: "strangers")
    let secure = try SecureGateway(clientAuthority: authority)
    func asked(by identity: Identity?) throws -> Int {
      let shown = identity.map { ["--cert", $0.certificate, "--key", $0.key] } ?? []
      return try secure.curl("/livez", shown).status
    }
    #expect(try asked(by: authority.issue("friend", usage: .client)) == 200)
    #expect(throws: LabFault.self) { try asked(by: nil) }
    #expect(throws: LabFault.self) { try asked(by: stranger.issue("enemy", usage: .client)) }
    #expect(throws: LabFault.self) { try asked(by: authority.issue("wrong", usage: .server)) }
    #expect(throws: LabFault.self) {
      try asked(by: authority.issue("late", days: -1, usage: .client))
    }
    #expect(try asked(by: authority.issue("other", usage: .client)) == 200)
  }

  @Test(
    "What does not speak TLS is dropped, and others are served",
    arguments: [
      "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", "\0\0\0\0\0\0\0\0",
      "\u{16}\u{03}\u{01}\u{7f}\u{7f}x",
    ])
  func garbage(text: String) throws {
    let secure = try SecureGateway()
    let connection = try secure.gateway.connect()
    try connection.send(text)
    connection.finish()
    // An alert may come, but never an answer.
    #expect(throws: LabFault.self) { try connection.response() }
    #expect(try secure.curl("/livez").status == 200)
  }

  @Test("Handshakes that never go on delay nobody, and take no more than their time")
  func slow() throws {
    let secure = try SecureGateway(["--workers", "1"])
    let before = secure.gateway.process.descriptorCount
    let slow = try (0..<50).map { _ in try secure.gateway.connect() }
    for connection in slow { try connection.send([0x16, 0x03, 0x01]) }
    for _ in 0..<5 { #expect(try secure.curl("/livez").status == 200) }
    for connection in slow { try connection.expectClosed() }
    try eventually("their descriptors are free") {
      secure.gateway.process.descriptorCount <= before
    }
    let metrics = try secure.curl("/metrics").text
    #expect(metrics.contains("limits_total{limit=\"handshake-timeout\"} 50\n"))
  }
}
