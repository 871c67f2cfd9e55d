// The deployments that the store's contract is kept on, each started once for all cases.

import ClusterStore
import Reactor
import Redis
import TestLab

/// A Redis deployment of the lab, and how to reach it.
struct RedisTarget: Sendable {
  let configuration: ClusterConfiguration
  let tls: TLSClientSettings?
  // Held, so that the servers live.
  private let server: RedisServer?
  private let cluster: RedisCluster?

  /// One server.
  init(_ server: RedisServer) {
    self.server = server
    cluster = nil
    configuration = Self.configuration([server.port], server.settings.password)
    tls = server.settings.tls.map { TLSClientSettings(authorities: $0.authority.certificate) }
  }

  /// A cluster; its first node is the only seed.
  init(_ cluster: RedisCluster) {
    server = nil
    self.cluster = cluster
    configuration = Self.configuration([cluster.node(0).port], cluster.settings.password)
    tls = cluster.authority.map { TLSClientSettings(authorities: $0.certificate) }
  }

  private static func configuration(_ ports: [Int], _ password: String?) -> ClusterConfiguration {
    var configuration = ClusterConfiguration(
      seeds: ports.map { Endpoint(host: "127.0.0.1", port: UInt16($0)) })
    configuration.credentials = password.map { NodeCredentials(password: $0) }
    return configuration
  }

  /// A server without anything.
  static let plain = Result { RedisTarget(try RedisServer()) }

  /// A server with TLS and a password.
  static let secured = Result {
    var settings = RedisServer.Settings()
    settings.tls = try RedisServer.TLS(authority: CertificateAuthority())
    settings.password = "the lab's password"
    return RedisTarget(try RedisServer(settings))
  }

  /// Three primaries and three replicas, with TLS and a password.
  static let clustered = Result { RedisTarget(try RedisCluster()) }
}
