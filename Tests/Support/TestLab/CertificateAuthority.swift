// Certificates for the lab's servers and clients, made by the openssl command: ten milliseconds
// each with P-256 keys. An authority of its own per test that wants one, so that "signed by
// somebody else" is a second authority.

/// A certificate and its private key, as PEM files.
public struct Identity: Sendable {
  /// The certificate's path.
  public let certificate: String
  /// The private key's path.
  public let key: String
}

/// An authority that signs certificates.
public final class CertificateAuthority: Sendable {
  /// What a certificate may be used for (RFC 5280, extended key usage).
  public enum Usage: String, Sendable {
    /// By servers only.
    case server = "serverAuth"
    /// By clients only.
    case client = "clientAuth"
    /// By both, as a Redis Cluster node needs it, which is a client of the other nodes.
    case both = "serverAuth,clientAuth"
  }

  /// What a server on this machine is called.
  public static let loopback = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]

  /// The path of the authority's own certificate: what a client trusts.
  public let certificate: String
  private let key: String
  private let folder: TemporaryFolder

  /// Makes an authority called `name`.
  public init(name: String = "lab authority") throws {
    folder = try TemporaryFolder()
    certificate = folder.file("ca.crt")
    key = folder.file("ca.key")
    try Command.succeed(
      "openssl",
      ["req", "-x509", "-days", "30", "-subj", "/CN=\(name)", "-out", certificate]
        + Self.newKey(key)
        + ["-addext", "basicConstraints=critical,CA:TRUE,pathlen:0"]
        + ["-addext", "keyUsage=critical,keyCertSign,cRLSign"])
  }

  /// Signs a certificate with a new key.
  ///
  /// - Parameters:
  ///   - name: its common name, and what its files are called; unique within the authority.
  ///   - names: what its owner is called, as openssl writes it (`DNS:localhost`, `IP:127.0.0.1`).
  ///   - days: how long it is valid; a negative number makes one that has expired.
  public func issue(
    _ name: String, names: [String] = loopback, days: Int = 30, usage: Usage = .both
  ) throws -> Identity {
    let identity = Identity(
      certificate: folder.file("\(name).crt"), key: folder.file("\(name).key"))
    let request = folder.file("\(name).csr")
    var extensions = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=\(usage.rawValue)"]
    if !names.isEmpty { extensions.append("subjectAltName=\(names.joined(separator: ","))") }
    try Command.succeed(
      "openssl",
      ["req", "-new", "-subj", "/CN=\(name)", "-out", request] + Self.newKey(identity.key)
        + extensions.flatMap { ["-addext", $0] })
    try Command.succeed(
      "openssl",
      ["x509", "-req", "-in", request, "-CA", certificate, "-CAkey", key]
        + ["-copy_extensions", "copy", "-days", "\(days)", "-out", identity.certificate])
    return identity
  }

  /// Makes a certificate that signs itself, with a new key.
  public func selfSigned(_ name: String, names: [String] = loopback) throws -> Identity {
    let identity = Identity(
      certificate: folder.file("\(name).crt"), key: folder.file("\(name).key"))
    try Command.succeed(
      "openssl",
      ["req", "-x509", "-days", "30", "-subj", "/CN=\(name)", "-out", identity.certificate]
        + Self.newKey(identity.key)
        + ["-addext", "subjectAltName=\(names.joined(separator: ","))"])
    return identity
  }

  /// Signs a certificate that is not valid before the year 2090.
  public func issueForLater(_ name: String, names: [String] = loopback) throws -> Identity {
    let identity = try issue(name, names: names)
    // `openssl x509` of OpenSSL 3.0 knows no first day; its small authority does.
    let settings = try folder.write(
      "\(name).cnf",
      """
      [ca]
      default_ca = lab
      [lab]
      database = \(try folder.write("\(name).index", ""))
      serial = \(try folder.write("\(name).serial", "01\n"))
      new_certs_dir = \(folder.path)
      default_md = sha256
      policy = any
      copy_extensions = copy
      [any]
      commonName = supplied
      """)
    try Command.succeed(
      "openssl",
      ["ca", "-batch", "-notext", "-config", settings, "-cert", certificate]
        + ["-keyfile", key, "-in", folder.file("\(name).csr"), "-out", identity.certificate]
        + ["-startdate", "20900101000000Z", "-enddate", "20910101000000Z"])
    return identity
  }

  private static func newKey(_ path: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
  }
}
