// Payloads and reloads over HTTPS.

import Foundation
import Glibc
import TestLab
import Testing

@Suite("HTTPS: payloads and reloads", .serialized)
struct SecureTransferTests {
  @Test("A mebibyte comes back as it was, to a slow reader too")
  func integrity() throws {
    let secure = try SecureGateway()
    let payload = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }
    let put = ["-X", "PUT", "--data-binary", "@-", "-H", "Content-Type: a/b"]
    #expect(try secure.curl("/v1/sessions/large", put, input: payload).status == 201)
    #expect(try secure.curl("/v1/sessions/large").body == payload)
    let slow = try secure.curl("/v1/sessions/large", ["--limit-rate", "512k"])
    #expect(slow.body == payload)
    let slowPut = put + ["--limit-rate", "512k"]
    #expect(try secure.curl("/v1/sessions/large", slowPut, input: payload).status == 204)
    #expect(try secure.curl("/v1/sessions/large").body == payload)
  }

  @Test("Many readers at once, each gets all of it")
  func together() throws {
    let secure = try SecureGateway(["--workers", "2"])
    let payload = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 17) }
    let put = ["-X", "PUT", "--data-binary", "@-"]
    #expect(try secure.curl("/v1/sessions/many", put, input: payload).status == 201)
    let folder = try TemporaryFolder()
    var arguments = ["-q", "-s", "--cacert", secure.authority.certificate, "--parallel"]
    for number in 0..<24 {
      arguments += ["-o", folder.file("\(number)"), secure.url("/v1/sessions/many")]
    }
    try Command.succeed("curl", arguments)
    for number in 0..<24 { #expect(bytes(of: folder.file("\(number)")) == payload) }
  }

  @Test("Requests that are pipelined in one record are answered in order")
  func pipeline() throws {
    let secure = try SecureGateway()
    let request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    let last = "GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    let said = try secure.handshake(
      ["-quiet", "-ign_eof"], input: String(repeating: request, count: 50) + last)
    #expect(said.text.components(separatedBy: "HTTP/1.1 200 OK").count == 52)
  }

  /// The name on the certificate that new connections are shown.
  private func shown(by secure: SecureGateway) throws -> String {
    let said = try Command.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(secure.gateway.port)"])
    return said.text.split(separator: "\n").first { $0.hasPrefix("subject=") }.map(String.init)
      ?? ""
  }

  @Test("SIGHUP shows a new certificate, and a broken one is not taken")
  func reload() throws {
    let secure = try SecureGateway(["--workers", "2"])
    #expect(try shown(by: secure).hasSuffix("first"))
    let second = try secure.authority.issue("second", usage: .server)
    try secure.folder.write("server.crt", bytes(of: second.certificate))
    // The key is still the first one's: nothing is taken.
    secure.gateway.process.send(signal: SIGHUP)
    try eventually("it is refused") { secure.gateway.log.contains("certificate not reloaded") }
    for _ in 0..<4 { #expect(try shown(by: secure).hasSuffix("first")) }
    try secure.folder.write("server.key", bytes(of: second.key))
    secure.gateway.process.send(signal: SIGHUP)
    try eventually("it is shown") { try shown(by: secure).hasSuffix("second") }
    #expect(try secure.curl("/livez").status == 200)
  }

  @Test("An expired certificate is not taken at SIGHUP, and one that soon will be is told of")
  func expired() throws {
    let secure = try SecureGateway(["--workers", "1"])
    func offer(_ name: String, days: Int) throws {
      let identity = try secure.authority.issue(name, days: days, usage: .server)
      try secure.folder.write("server.crt", bytes(of: identity.certificate))
      try secure.folder.write("server.key", bytes(of: identity.key))
      secure.gateway.process.send(signal: SIGHUP)
    }
    let gauge = "session_gateway_certificate_not_after_seconds{setting=\"tls-cert\"} "
    func notAfter() throws -> Double {
      let page = try secure.curl("/metrics").text
      return try #require(
        page.split(separator: "\n").first { $0.hasPrefix(gauge) }
          .flatMap { Double($0.dropFirst(gauge.count)) })
    }
    let month = Date.now.timeIntervalSince1970 + 30 * 86_400
    #expect(abs(try notAfter() - month) < 86_400)
    #expect(!secure.gateway.log.contains("expires in"))
    try offer("late", days: -1)
    try eventually("it is refused") { secure.gateway.log.contains("server.crt expired at ") }
    #expect(try shown(by: secure).hasSuffix("first") && abs(try notAfter() - month) < 86_400)
    try offer("short", days: 3)
    try eventually("it is shown") { try shown(by: secure).hasSuffix("short") }
    try eventually("it is told") { secure.gateway.log.contains("certificate expires in 2 days") }
    #expect(abs(try notAfter() - month + 27 * 86_400) < 86_400)
  }

  @Test("A transfer that is under way goes on through reloads")
  func underWay() throws {
    let secure = try SecureGateway(["--workers", "1"])
    let payload = [UInt8](repeating: 7, count: 1 << 20)
    let put = ["-X", "PUT", "--data-binary", "@-"]
    let process = secure.gateway.process
    let hangUps = Thread { for _ in 0..<40 { process.send(signal: SIGHUP); usleep(25_000) } }
    hangUps.start()
    let slow = put + ["--limit-rate", "800k"]
    #expect(try secure.curl("/v1/sessions/slow", slow, input: payload).status == 201)
    #expect(try secure.curl("/v1/sessions/slow").body == payload)
  }
}
