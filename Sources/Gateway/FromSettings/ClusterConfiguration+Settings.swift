// The configuration of the store over Redis, from the settings.

import ClusterStore
public import Redis
public import Settings

extension ClusterConfiguration {
  /// The configuration that the settings ask for, with bounds that fit the largest body.
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
    limits = ClusterLimits(largestBody: largestBody)
    credentials = redis.password.map { NodeCredentials($0, of: redis.user) }
  }
}

extension NodeCredentials {
  /// The credentials that the settings give; the default user's if they name no other.
  public init(_ password: RedisPassword, of user: String?) {
    self.init(user: user, password: password.secret.reveal())
  }
}
