// A gateway that speaks HTTPS, with an authority of its own.

import TestLab

/// A running gateway with a certificate.
final class SecureGateway: Sendable {
  let authority: CertificateAuthority
  let identity: Identity
  let gateway: GatewayProcess
  /// Where the certificate and key that it was told of are; they may be replaced.
  let folder: TemporaryFolder

  /// Starts it; `clientAuthority` makes it ask for certificates.
  init(_ flags: [String] = [], clientAuthority: CertificateAuthority? = nil) throws {
    authority = try CertificateAuthority()
    identity = try authority.issue("first", usage: .server)
    folder = try TemporaryFolder()
    try folder.write("server.crt", bytes(of: identity.certificate))
    try folder.write("server.key", bytes(of: identity.key))
    let asking = clientAuthority.map { ["--tls-client-ca", $0.certificate] } ?? []
    gateway = try GatewayProcess(
      ["--tls-cert", folder.file("server.crt"), "--tls-key", folder.file("server.key")] + asking
        + flags, until: .none)
    if clientAuthority == nil {
      try gateway.process.wait(until: "it serves") { (try? curl("/livez").status) == 200 }
    } else {
      let port = gateway.port
      try gateway.process.wait(until: "it listens") { (try? RawHTTP(port: port)) != nil }
    }
  }

  func url(_ path: String) -> String { "https://localhost:\(gateway.port)\(path)" }

  /// Asks by curl, with the authority trusted.
  func curl(_ path: String, _ arguments: [String] = [], input: [UInt8] = []) throws
    -> Curl.Response
  {
    try Curl.run(
      ["--cacert", authority.certificate, "--resolve", "localhost:\(gateway.port):127.0.0.1"]
        + arguments + [url(path)], input: input)
  }

  /// What `openssl s_client` says of a connection with these arguments.
  func handshake(_ arguments: [String] = [], input: String = "") throws -> Command {
    try Command.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(gateway.port)", "-servername", "localhost"]
        + ["-CAfile", authority.certificate, "-verify_return_error"] + arguments,
      input: Array(input.utf8))
  }
}
