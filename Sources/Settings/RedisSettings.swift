/// How to reach the Redis that keeps the sessions.
///
/// It comes from `Settings.load`, which has checked that what belongs together is complete, that
/// each file can be read, and that a password is there where a user is. The password is held as a
/// `Secret`, so no log line and no message can show it.

/// The Redis that keeps the sessions: one node, or a cluster that is discovered from any of its
/// nodes.
public struct RedisSettings: Equatable, Sendable {
  /// Whether there is a cluster.
  public enum Topology: String, CaseIterable, Sendable {
    /// Ask the nodes.
    case auto
    /// One node that serves every slot; it is never asked about a cluster.
    case single
    /// A cluster; a node that says otherwise is a fault.
    case cluster
  }

  /// Which nodes reads go to.
  public enum ReadPreference: String, CaseIterable, Sendable {
    /// The slot's primary: what was written is read.
    case primary
    /// A replica of the slot where there is one: reads may lag behind.
    case replica
  }

  /// The addresses to begin with, at least one; the rest of a cluster is discovered.
  public var seeds: [HostPort]
  /// Whether there is a cluster.
  public var topology = Topology.auto
  /// How to speak TLS to every node; nil for plain TCP.
  public var tls: RedisTLSSettings?
  /// The name of the ACL user; nil for Redis's `default` user.
  public var user: String?
  /// The password; nil when Redis asks for none.
  public var password: RedisPassword?
  /// Which nodes reads go to.
  public var read = ReadPreference.primary

  /// The Redis at these addresses, with everything else at its default.
  public init(seeds: [HostPort]) { self.seeds = seeds }
}

/// How to speak TLS to Redis.
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
  /// What the gateway proves its own identity with; nil for nothing.
  public var client: ClientCertificate?
  /// The name a node's certificate must carry, sent as SNI too; nil for the node's own host name.
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
    /// The file that `--redis-password-file` names, without its last line end.
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

  /// The password that `file` holds now: its first line, without the line end.
  public init(in file: ReadableFile) throws(ValueFault) {
    let text = String(decoding: try file.content(), as: UTF8.self)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.first, !first.isEmpty else {
      throw ValueFault("no password is in it; write it on the first line")
    }
    self.init(Secret(String(first)), from: .file(file))
  }
}
