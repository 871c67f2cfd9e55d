/// Settings in the making: the finished ones, and loose pieces that only together make something,
/// such as a certificate and its key.
///
/// The table's paths lead here, one for each setting; the rules (`SettingRules`) look at the loose
/// pieces; `assembled()` then puts them into their places.

struct SettingsDraft: Sendable {
  var settings = Settings()

  /// Its seeds are empty until `--redis` says otherwise; then there is a Redis.
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

  /// The settings, with every loose piece in its place. Pieces that are incomplete are left out:
  /// the rules have complained about them.
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
