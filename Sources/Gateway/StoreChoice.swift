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
