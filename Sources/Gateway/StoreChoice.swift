// Which store the settings ask for, as far as workers share it.

import ClusterStore
import Redis
import Sessions
import Settings

/// The store that all workers are given.
enum StoreChoice: Sendable {
  /// The embedded one, whose sessions they share.
  case memory(SharedSessions)
  /// The one over Redis, of which each worker has its own.
  case redis(ClusterConfiguration, RedisTLSSettings?)

  init(_ settings: Settings, _ namespaces: NamespaceList) {
    guard let redis = settings.redis else {
      self = .memory(SharedSessions(namespaces: namespaces, memoryLimit: settings.memoryLimit))
      return
    }
    self = .redis(ClusterConfiguration(redis, largestBody: settings.maxBody), redis.tls)
  }

  /// The store's name, for the log.
  var name: String {
    switch self {
    case .memory: "memory"
    case .redis: "redis"
    }
  }
}

extension ClusterConfiguration {
  /// What the settings say, with bounds that fit the largest body.
  init(_ redis: RedisSettings, largestBody: Int) {
    let seeds = redis.seeds.map { Endpoint(host: $0.host, port: $0.port) }
    let mode: TopologyMode =
      switch redis.topology {
      case .auto: .discover
      case .single: .single
      case .cluster: .cluster
      }
    self.init(seeds: seeds, mode: mode)
    reads = redis.read == .replica ? .replica : .primary
    limits.replyBytes = max(largestBody, 1 << 20) + (1 << 20)
    credentials = redis.password.map { NodeCredentials($0, of: redis.user) }
  }
}

extension NodeCredentials {
  /// What the settings say; the default user's when they name no other.
  init(_ password: RedisPassword, of user: String?) {
    self.init(user: user, password: password.secret.reveal())
  }
}
