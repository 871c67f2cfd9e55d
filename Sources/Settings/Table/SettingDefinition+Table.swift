// All settings, in the order of `--help`. To add one, add an entry here and a property with its
// default to `Settings`.
//
// Policies of single namespaces are not flags but a mapping in the config file: see
// `NamespacePolicy`.

import Primitives

extension SettingDefinition {
  /// All settings, in the order of `--help`.
  public static let all: [SettingDefinition] =
    listening + redis + callers + sessions + limits + logging + file

  /// The setting with this name; nil if there is none.
  public static func named(_ name: String) -> SettingDefinition? { all.first { $0.name == name } }

  /// A setting that there is.
  static func known(_ name: String) -> SettingDefinition {
    guard let setting = named(name) else { preconditionFailure("there is no setting \(name)") }
    return setting
  }

  private static let listening = [
    SettingDefinition(
      "listen", .address(ports: 0...65535), at: \.settings.listen, in: .listening,
      "Where callers connect. Port 0 lets the system choose one."),
    SettingDefinition(
      "admin-listen", .address(ports: 0...65535),
      at: \.settings.adminListen, absent: "same as --listen", in: .listening,
      "A separate listener for health, metrics and the contract."),
    SettingDefinition(
      "tls-cert", .file, at: \.tlsCert, absent: "plain HTTP", in: .listening,
      needs: ["tls-key"], "The certificate chain presented to callers (PEM)."),
    SettingDefinition(
      "tls-key", .file, at: \.tlsKey, absent: "none", in: .listening,
      needs: ["tls-cert"], "The private key of that certificate (PEM)."),
    SettingDefinition(
      "tls-client-ca", .file, at: \.tlsClientCA, absent: "none", in: .listening,
      needs: ["tls-cert"],
      "Serve only callers with a certificate that these authorities signed (PEM)."),
  ]

  private static let redis = [
    SettingDefinition(
      "redis", .addresses(ports: 1...65535), at: \.redis.seeds, in: .redis,
      """
      The Redis that keeps the sessions: one node, or any nodes of a cluster; the others are \
      discovered. Without it, sessions are kept in this process's memory.
      """),
    SettingDefinition(
      "redis-topology", .choice, at: \.redis.topology, in: .redis, needs: ["redis"],
      "Whether Redis is a cluster; auto asks the nodes."),
    SettingDefinition(
      "redis-read", .choice, at: \.redis.read, in: .redis, needs: ["redis"],
      "Which nodes serve reads. A replica may lag behind the latest writes."),
    SettingDefinition(
      "redis-user", .text("NAME"), at: \.redis.user, absent: "none", in: .redis,
      needs: ["redis"], "The name of the Redis ACL user; it needs a password."),
    // Never shown in a mistake: someone may have written the password itself instead of a path.
    SettingDefinition(
      "redis-password-file", .file, at: \.redisPasswordFile, absent: "none", in: .redis,
      needs: ["redis"], isSecret: true, "The file that holds the password and nothing else."),
    SettingDefinition(
      "redis-password", .secret, at: \.redisPassword, absent: "none", in: .redis,
      needs: ["redis"], forms: [.variable], isSecret: true,
      "The password, if no file holds it. It is not a flag: any user can see a command line."),
    SettingDefinition(
      "redis-tls", .toggle, at: \.redisTLS, in: .redis, needs: ["redis"],
      "Use TLS 1.2 or later with every node, and check its certificate."),
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
      "The name that nodes' certificates carry; also sent as SNI."),
  ]

  private static let callers = [
    SettingDefinition(
      "tokens-file", .file, at: \.settings.tokensFile, absent: "none", in: .callers,
      "The file that maps the SHA-256 of each token to a namespace and to rights."),
    SettingDefinition(
      "allow-anonymous", .toggle, at: \.settings.allowAnonymous, in: .callers,
      "Serve callers without a token on addresses beyond loopback too."),
  ]

  private static let sessions = [
    SettingDefinition(
      "idle-timeout", .duration(.seconds(1) ... .seconds(31_536_000), whole: true),
      at: \.settings.defaultPolicy.idleTimeout, in: .sessions,
      "How long a session lives after its last use, unless it has a timeout of its own."),
    SettingDefinition(
      "absolute-timeout", .durationOrNone(.seconds(1) ... .seconds(31_536_000)),
      at: \.settings.defaultPolicy.absoluteTimeout, in: .sessions,
      "The longest that a session lives, counted from its creation, or none."),
    SettingDefinition(
      "memory-limit", .size(1 << 20...1 << 40), at: \.settings.memoryLimit, in: .sessions,
      "How many bytes of sessions the memory store holds; when full, it refuses new ones."),
  ]

  private static let limits = [
    SettingDefinition(
      "workers", .count(1...256), at: \.settings.workers, absent: "one per core",
      in: .limits, "The number of event loops."),
    SettingDefinition(
      "max-body", .size(1...64 << 20), at: \.settings.maxBody, in: .limits,
      "The longest request body; a longer one gets 413."),
    SettingDefinition(
      "deadline", .duration(.milliseconds(10) ... .seconds(3_600)), at: \.settings.deadline,
      in: .limits, "How long a request may take, including retries and redirects."),
    SettingDefinition(
      "drain-timeout", .duration(.seconds(0) ... .seconds(3_600)), at: \.settings.drainTimeout,
      in: .limits, "How long requests in flight may take to finish after SIGTERM."),
    SettingDefinition(
      "drain-grace", .duration(.seconds(0) ... .seconds(3_600)), at: \.settings.drainGrace,
      in: .limits,
      "The part of that time in which connections are still accepted while /readyz says 503."),
    SettingDefinition(
      "client-buffers", .size(1 << 20...1 << 40), at: \.settings.clientBuffers, in: .limits,
      "How many bytes of requests and responses may wait for slow clients; then 503."),
  ]

  private static let logging = [
    SettingDefinition(
      "log-level", .choice, at: \.settings.log.level, in: .logging,
      "The lowest level that is logged."),
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
      forms: [.flag, .variable],
      "A YAML or JSON file of settings: the names of the flags without the dashes.")
  ]
}
