/// Every setting there is, in the order of `--help`. A new flag is one entry here, and a property
/// of `Settings` with its default.
///
/// Namespaces' own policies are a mapping in the config file, not flags: `NamespacePolicy`.

internal import Primitives

extension SettingDefinition {
  /// Every setting there is.
  public static let all: [SettingDefinition] =
    listening + redis + callers + sessions + limits + logging + file

  /// The setting of this name; nil when there is none.
  public static func named(_ name: String) -> SettingDefinition? { all.first { $0.name == name } }

  private static let listening = [
    SettingDefinition(
      "listen", .address(ports: 0...65535), at: \.settings.listen, in: .listening,
      "Where callers connect. Port 0 lets the system choose one."),
    SettingDefinition(
      "admin-listen", .address(ports: 0...65535),
      at: \.settings.adminListen, absent: "with the rest", in: .listening,
      "A listener of its own for health, metrics and the contract."),
    SettingDefinition(
      "tls-cert", .file, at: \.tlsCert, absent: "plain HTTP", in: .listening,
      needs: ["tls-key"], "The certificate chain that callers are shown (PEM)."),
    SettingDefinition(
      "tls-key", .file, at: \.tlsKey, absent: "none", in: .listening,
      needs: ["tls-cert"], "The private key of that certificate (PEM)."),
    SettingDefinition(
      "tls-client-ca", .file, at: \.tlsClientCA, absent: "none", in: .listening,
      needs: ["tls-cert"],
      "Serve only callers whose certificate one of these authorities signed (PEM)."),
  ]

  private static let redis = [
    SettingDefinition(
      "redis", .addresses(ports: 1...65535), at: \.redis.seeds, in: .redis,
      """
      The Redis that keeps the sessions: one node, or any nodes of a cluster, the rest of which is \
      discovered. Without it sessions are kept in this process's memory.
      """),
    SettingDefinition(
      "redis-topology", .choice, at: \.redis.topology, in: .redis, needs: ["redis"],
      "Whether there is a cluster; auto asks the nodes."),
    SettingDefinition(
      "redis-read", .choice, at: \.redis.read, in: .redis, needs: ["redis"],
      "Which nodes reads go to. A replica may lag behind what was written."),
    SettingDefinition(
      "redis-user", .text("NAME"), at: \.redis.user, absent: "none", in: .redis,
      needs: ["redis"], "The name of the Redis ACL user; it needs a password."),
    // Not shown in a mistake, for it may be the password itself in the place of a path.
    SettingDefinition(
      "redis-password-file", .file, at: \.redisPasswordFile, absent: "none", in: .redis,
      needs: ["redis"], isSecret: true, "The file that holds the password and nothing else."),
    SettingDefinition(
      "redis-password", .secret, at: \.redisPassword, absent: "none", in: .redis,
      needs: ["redis"], doors: [.variable], isSecret: true,
      "The password, where no file holds it. It is no flag: a command line is for all to see."),
    SettingDefinition(
      "redis-tls", .toggle, at: \.redisTLS, in: .redis, needs: ["redis"],
      "Speak TLS 1.2 or later to every node, and check its certificate."),
    SettingDefinition(
      "redis-ca", .file, at: \.redisCA, absent: "the system's", in: .redis,
      needs: ["redis-tls"], "The authorities that nodes' certificates are checked against (PEM)."),
    SettingDefinition(
      "redis-cert", .file, at: \.redisCert, absent: "none", in: .redis,
      needs: ["redis-tls", "redis-key"], "The gateway's own certificate for Redis (PEM)."),
    SettingDefinition(
      "redis-key", .file, at: \.redisKey, absent: "none", in: .redis,
      needs: ["redis-tls", "redis-cert"], "The private key of that certificate (PEM)."),
    SettingDefinition(
      "redis-server-name", .text("NAME"),
      at: \.redisServerName, absent: "the node's host", in: .redis, needs: ["redis-tls"],
      "The name that nodes' certificates carry, sent as SNI too."),
  ]

  private static let callers = [
    SettingDefinition(
      "tokens-file", .file, at: \.settings.tokensFile, absent: "none", in: .callers,
      "The file that maps the SHA-256 of each token to a namespace and to rights."),
    SettingDefinition(
      "allow-anonymous", .toggle, at: \.settings.allowAnonymous, in: .callers,
      "Serve callers without a token beyond loopback addresses too."),
  ]

  private static let sessions = [
    SettingDefinition(
      "idle-timeout", .duration(.seconds(1) ... .seconds(31_536_000), whole: true),
      at: \.settings.defaultPolicy.idleTimeout, in: .sessions,
      "How long a session lives after its last use, unless it says so itself."),
    SettingDefinition(
      "absolute-timeout", .durationOrNone(.seconds(1) ... .seconds(31_536_000)),
      at: \.settings.defaultPolicy.absoluteTimeout, in: .sessions,
      "How long a session lives at most, counted from its creation, or none."),
    SettingDefinition(
      "memory-limit", .size(1 << 20...1 << 40), at: \.settings.memoryLimit, in: .sessions,
      "How many bytes of sessions the store in memory holds; it then refuses new ones."),
  ]

  private static let limits = [
    SettingDefinition(
      "workers", .count(1...256), at: \.settings.workers, absent: "one for each core",
      in: .limits, "How many event loops there are."),
    SettingDefinition(
      "max-body", .size(1...64 << 20), at: \.settings.maxBody, in: .limits,
      "The longest request body; a longer one gets 413."),
    SettingDefinition(
      "deadline", .duration(.milliseconds(10) ... .seconds(3_600)), at: \.settings.deadline,
      in: .limits, "What bounds a request, retries and redirects included."),
    SettingDefinition(
      "drain-timeout", .duration(.seconds(0) ... .seconds(3_600)), at: \.settings.drainTimeout,
      in: .limits, "How long what is in flight may take to finish after SIGTERM."),
    SettingDefinition(
      "drain-grace", .duration(.seconds(0) ... .seconds(3_600)), at: \.settings.drainGrace,
      in: .limits,
      "How much of that time new connections are still accepted, while /readyz says 503."),
    SettingDefinition(
      "client-buffers", .size(1 << 20...1 << 40), at: \.settings.clientBuffers, in: .limits,
      "How many bytes of requests and answers wait for slow clients; then new ones get 503."),
  ]

  private static let logging = [
    SettingDefinition(
      "log-level", .choice, at: \.settings.log.level, in: .logging,
      "The least important line that is written."),
    SettingDefinition(
      "log-format", .choice, at: \.settings.log.format, in: .logging,
      "auto is text on a terminal and json elsewhere."),
    SettingDefinition(
      "access-log", .toggle, at: \.settings.log.access, in: .logging,
      "Log each request: method, route, status and time; never an id or a payload."),
  ]

  private static let file = [
    SettingDefinition(
      "config", .file, at: \.settings.configFile, absent: "none", in: .file,
      doors: [.flag, .variable],
      "A YAML or JSON file of settings: the names of the flags without the dashes.")
  ]
}
