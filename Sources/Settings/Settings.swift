/// The whole configuration of `serve`, read once at the start and never changed.
///
/// In comes what the command line, the environment and the config file say (`Settings.load`); out
/// goes one value that every worker may read without asking anybody. A property's initial value is
/// the setting's default: `--help` and the documentation show these very values. What a flag is
/// called, what it takes and what it means is declared in one place, `SettingDefinition.all`.

public import Primitives

/// What `session-gateway serve` was told to do.
public struct Settings: Equatable, Sendable {
  /// Where callers connect. Port 0 lets the system choose one.
  public var listen = HostPort(host: "127.0.0.1", port: 8080)
  /// Where health, metrics and the contract are served; nil for the same place as the rest.
  public var adminListen: HostPort?

  /// The Redis that keeps the sessions; nil for the embedded store.
  public var redis: RedisSettings?
  /// How many bytes of sessions the embedded store may hold.
  public var memoryLimit = 256 << 20

  /// The file that maps the SHA-256 of each token to a namespace and to rights.
  public var tokensFile: ReadableFile?
  /// Whether callers without a token may be served beyond loopback addresses.
  public var allowAnonymous = false
  /// How callers are spoken to over TLS; nil for plain HTTP.
  public var tls: ServerTLSSettings?

  /// The policy of each namespace that has none of its own.
  public var defaultPolicy = SessionPolicy()
  /// The policies of namespaces that have their own, by the config file.
  public var policies: [NamespacePolicy] = []

  /// How many event loops there are; nil for one on each core the process may use.
  public var workers: Int?
  /// The longest request body, in bytes.
  public var maxBody = 1 << 20
  /// What bounds a request, redirects and retries included.
  public var deadline = TimeSpan.seconds(10)
  /// How long what is in flight may take to finish after SIGTERM.
  public var drainTimeout = TimeSpan.seconds(30)
  /// For how much of that time new connections are accepted.
  public var drainGrace = TimeSpan.seconds(5)
  /// How many bytes all clients' own buffers may take, over all workers.
  public var clientBuffers = 256 << 20

  /// What the program tells about itself, and how.
  public var log = LogSettings()
  /// The file that some of this came from.
  public var configFile: ReadableFile?

  /// Every setting at its default: the embedded store on 127.0.0.1:8080.
  public init() {}
}

/// How long the sessions of a namespace live.
public struct SessionPolicy: Equatable, Sendable {
  /// The idle timeout of a session that does not name its own; whole seconds, 1 to 31,536,000.
  public var idleTimeout = TimeSpan.seconds(20 * 60)
  /// How long a session lives at most, counted from its creation; nil for as long as it is used.
  public var absoluteTimeout: TimeSpan?

  /// Twenty minutes of idleness, without an end.
  public init() {}
}

/// How callers are spoken to over TLS.
public struct ServerTLSSettings: Equatable, Sendable {
  /// The certificate chain that callers are shown (PEM).
  public var certificate: ReadableFile
  /// The certificate's private key (PEM).
  public var key: ReadableFile
  /// The authorities one of which must have signed a caller's certificate; nil asks for none.
  public var clientCA: ReadableFile?

  /// TLS with this certificate and key, and for callers certified by `clientCA` only.
  public init(certificate: ReadableFile, key: ReadableFile, clientCA: ReadableFile? = nil) {
    self.certificate = certificate
    self.key = key
    self.clientCA = clientCA
  }
}

/// What the program tells about itself, and how.
public struct LogSettings: Equatable, Sendable {
  /// The least important line that is written; the names are those of swift-log.
  public enum Level: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
  }

  /// How a line looks.
  public enum Format: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// For machines: one JSON object a line.
    case json
    /// `text` where the output is a terminal, `json` elsewhere.
    case auto
  }

  /// The least important line that is written.
  public var level = Level.info
  /// How a line looks.
  public var format = Format.auto
  /// Whether each request is logged.
  public var access = false

  /// Lines from `info` on, in the format that suits the output, without requests.
  public init() {}
}
