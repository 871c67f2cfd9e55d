// The store that the settings ask for, as far as workers share it.

import ClusterStore
import Redis
import Sessions
import Settings

/// The store that every worker gets.
enum StoreChoice: Sendable {
  /// The memory store, whose sessions all workers share.
  case memory(SharedSessions)
  /// The store over Redis; each worker has its own.
  case redis(ClusterConfiguration, RedisTLSSettings?)

  init(_ settings: Settings, _ namespaces: NamespaceList) {
    guard let redis = settings.redis else {
      self = .memory(SharedSessions(namespaces: namespaces, memoryLimit: settings.memoryLimit))
      return
    }
    self = .redis(ClusterConfiguration(redis, largestBody: settings.maxBody), redis.tls)
  }

  /// How many bytes the sessions of the memory store take.
  var heldBytes: Int {
    switch self {
    case .memory(let sessions): sessions.bytes
    case .redis: 0
    }
  }

  /// The store's name, for the log.
  var name: String {
    switch self {
    case .memory: "memory"
    case .redis: "redis"
    }
  }
}
