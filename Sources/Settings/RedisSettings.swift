// How to reach the Redis that keeps the sessions.
//
// It comes from `Settings.load`, which has checked that related settings are complete, that each
// file can be read, and that a user has a password. The password is held as a `Secret`, so that no
// log line or message can show it.

/// The Redis that keeps the sessions: one node, or a cluster discovered from any of its nodes.
public struct RedisSettings: Equatable, Sendable {
  /// Whether Redis is a cluster.
  public enum Topology: String, CaseIterable, Sendable {
    /// Whatever the nodes report.
    case auto
    /// One node that serves every slot; it is never asked about a cluster.
    case single
    /// A cluster; a node that is not part of one is a fault.
    case cluster
  }

  /// Which nodes reads go to.
  public enum ReadPreference: String, CaseIterable, Sendable {
    /// The slot's primary: reads see earlier writes.
    case primary
    /// A replica of the slot if there is one: reads may lag behind.
    case replica
  }

  /// The addresses to begin with, at least one; the rest of a cluster is discovered.
  public var seeds: [HostPort]
  /// Whether Redis is a cluster.
  public var topology = Topology.auto
  /// How to use TLS with every node; nil for plain TCP.
  public var tls: RedisTLSSettings?
  /// The name of the ACL user; nil for Redis's `default` user.
  public var user: String?
  /// The password; nil when Redis requires none.
  public var password: RedisPassword?
  /// Which nodes reads go to.
  public var read = ReadPreference.primary

  /// The Redis at these addresses, with everything else at its default.
  public init(seeds: [HostPort]) { self.seeds = seeds }
}

/// How to use TLS with Redis.
public struct RedisTLSSettings: Equatable, Sendable {
  /// A certificate with its private key, both PEM.
  public struct ClientCertificate: Equatable, Sendable {
    /// The certificate chain.
    public var certificate: ReadableFile
    /// The certificate's private key.
    public var key: ReadableFile

    /// A certificate with its private key.
    public init(certificate: ReadableFile, key: ReadableFile) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// The authorities that a node's certificate is checked against (PEM); nil for the system's.
  public var ca: ReadableFile?
  /// The certificate that the gateway identifies itself with; nil for none.
  public var client: ClientCertificate?
  /// The name that a node's certificate must carry, also sent as SNI; nil for the node's host name.
  public var serverName: String?

  /// TLS with the system's authorities and without a client certificate.
  public init() {}
}

/// A password, and where it came from.
public struct RedisPassword: Equatable, Sendable {
  /// Where a password came from.
  public enum Source: Equatable, Sendable {
    /// The environment variable `SESSION_GATEWAY_REDIS_PASSWORD`.
    case environment
    /// The first line of the file that `--redis-password-file` names.
    case file(ReadableFile)
  }

  /// The password itself.
  public var secret: Secret
  /// Where it came from.
  public var source: Source

  /// A password from `source`.
  public init(_ secret: Secret, from source: Source) {
    self.secret = secret
    self.source = source
  }

  /// The password that `file` holds now: its first line, without the line ending. Throws when the
  /// file cannot be read, or that line is empty or not UTF-8.
  public init(in file: ReadableFile) throws(ValueFault) {
    let line = try file.content().prefix { $0 != UInt8(ascii: "\n") }
    let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    guard !bytes.isEmpty else {
      throw ValueFault("it holds no password; write one on the first line")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ValueFault("its first line is not UTF-8")
    }
    self.init(Secret(text), from: .file(file))
  }

  /// The password from the environment, without the line ending that some templates leave on it.
  init(environment secret: Secret) {
    var text = secret.reveal()
    if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
    self.init(Secret(text), from: .environment)
  }
}
