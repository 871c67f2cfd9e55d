// The whole configuration of `serve`, read once at the start and never changed.
//
// In: the command line, the environment and the config file (`Settings.load`). Out: one value that
// every worker can read without synchronization. A property's initial value is the setting's
// default: `--help` and the documentation show these values. The name, values and meaning of each
// flag are declared in one place, `SettingDefinition.all`.

public import Primitives

/// The settings of `session-gateway serve`.
public struct Settings: Equatable, Sendable {
  /// Where callers connect. Port 0 lets the system choose one.
  public var listen = HostPort(host: "127.0.0.1", port: 8080)
  /// Where health, metrics and the contract are served; nil for the same address as the rest.
  public var adminListen: HostPort?

  /// The Redis that keeps the sessions; nil for the memory store.
  public var redis: RedisSettings?
  /// How many bytes of sessions the memory store may hold.
  public var memoryLimit = 256 << 20

  /// The file that maps the SHA-256 of each token to a namespace and to rights.
  public var tokensFile: ReadableFile?
  /// Whether callers without a token are served on addresses other than loopback.
  public var allowAnonymous = false
  /// How callers are served over TLS; nil for plain HTTP.
  public var tls: ServerTLSSettings?

  /// The policy of each namespace that has none of its own.
  public var defaultPolicy = SessionPolicy()
  /// The policies of namespaces that have their own, from the config file.
  public var policies: [NamespacePolicy] = []

  /// How many event loops to run; nil for one per core that the process may use.
  public var workers: Int?
  /// The longest request body, in bytes.
  public var maxBody = 1 << 20
  /// The longest time that a request may take, redirects and retries included.
  public var deadline = TimeSpan.seconds(10)
  /// How long requests in flight may take to finish after SIGTERM.
  public var drainTimeout = TimeSpan.seconds(30)
  /// For how much of that time new connections are still accepted.
  public var drainGrace = TimeSpan.seconds(5)
  /// How many bytes the clients' own buffers may take together, over all workers.
  public var clientBuffers = 256 << 20

  /// What the program logs, and how.
  public var log = LogSettings()
  /// The config file, if one was named.
  public var configFile: ReadableFile?

  /// Every setting at its default: the memory store on 127.0.0.1:8080.
  public init() {}
}

/// How long the sessions of a namespace live.
public struct SessionPolicy: Equatable, Sendable {
  /// The idle timeout of a session that does not name its own; whole seconds, 1 to 31,536,000.
  public var idleTimeout = TimeSpan.seconds(20 * 60)
  /// The longest life of a session, counted from its creation; nil for no limit while it is used.
  public var absoluteTimeout: TimeSpan?

  /// An idle timeout of 20 minutes, and no absolute timeout.
  public init() {}
}

/// How callers are served over TLS.
public struct ServerTLSSettings: Equatable, Sendable {
  /// The certificate chain presented to callers (PEM).
  public var certificate: ReadableFile
  /// The certificate's private key (PEM).
  public var key: ReadableFile
  /// The authorities, one of which must have signed each caller's certificate; nil when callers
  /// need no certificate.
  public var clientCA: ReadableFile?

  /// TLS with this certificate and key; if `clientCA` is set, only for callers that it certifies.
  public init(certificate: ReadableFile, key: ReadableFile, clientCA: ReadableFile? = nil) {
    self.certificate = certificate
    self.key = key
    self.clientCA = clientCA
  }
}

/// What the program logs, and how.
public struct LogSettings: Equatable, Sendable {
  /// The lowest level that is logged; the names are those of swift-log.
  public enum Level: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
  }

  /// The format of a line.
  public enum Format: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// For machines: one JSON object per line.
    case json
    /// `text` if the output is a terminal, else `json`.
    case auto
  }

  /// The lowest level that is logged.
  public var level = Level.info
  /// The format of a line.
  public var format = Format.auto
  /// Whether each request is logged.
  public var access = false

  /// Level `info`, the format that suits the output, and no access log.
  public init() {}
}
