// Settings while they are being read: finished ones, and pieces that belong together, such as a
// certificate and its key.
//
// Each setting in the table has a key path into the draft. The rules (`SettingsLoad+Rules`) check the
// pieces; `assembled()` then puts them together.

struct SettingsDraft: Sendable {
  var settings = Settings()

  /// Used only if `--redis` names seeds; until then they are empty.
  var redis = RedisSettings(seeds: [])
  var redisPasswordFile: ReadableFile?
  var redisPassword: Secret?
  var redisTLS = false
  var redisCA: ReadableFile?
  var redisCert: ReadableFile?
  var redisKey: ReadableFile?
  var redisServerName: String?

  var policies: [NamespacePolicy] = []

  var tlsCert: ReadableFile?
  var tlsKey: ReadableFile?
  var tlsClientCA: ReadableFile?

  /// The settings with every piece in its place. Incomplete sets of pieces are left out: the rules
  /// have already reported them.
  func assembled(password: RedisPassword?) -> Settings {
    var settings = settings
    settings.policies = policies
    if let tlsCert, let tlsKey {
      settings.tls = ServerTLSSettings(certificate: tlsCert, key: tlsKey, clientCA: tlsClientCA)
    }
    guard !redis.seeds.isEmpty else { return settings }
    settings.redis = redis
    settings.redis?.password = password
    settings.redis?.tls = redisTLS ? assembledRedisTLS() : nil
    return settings
  }

  private func assembledRedisTLS() -> RedisTLSSettings {
    var tls = RedisTLSSettings()
    tls.ca = redisCA
    tls.serverName = redisServerName
    if let redisCert, let redisKey {
      tls.client = .init(certificate: redisCert, key: redisKey)
    }
    return tls
  }
}
