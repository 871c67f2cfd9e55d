public import Primitives
public import Reactor

/// What is known about a node.
public struct NodeFacts: Sendable {
  /// Where it listens.
  public var address: String
  /// How the attempt to reach it ended.
  public var reach: Reach
  /// The TLS version, such as "TLSv1.3"; nil when plain.
  public var tlsVersion: String?
  /// The certificate that it presents; nil when plain.
  public var certificate: Certificate?
  /// INFO.
  public var info: Known<InfoText> = .unknown
  /// CLUSTER INFO.
  public var clusterInfo: Known<InfoText> = .unknown
  /// Parts of its configuration, from CONFIG GET.
  public var configuration: Known<[String: String]> = .unknown
  /// What the user may do there; nil when it could not be tried.
  public var rights: CommandRights?
  /// How far its clock is ahead of this machine's, and the uncertainty: half a round trip and 1 ms.
  public var clock: (ahead: TimeSpan, uncertainty: TimeSpan)?
  /// How long each answered ping took, in the order they were sent.
  public var pings: [TimeSpan] = []

  /// A node about which nothing else is known yet.
  public init(address: String, reach: Reach) {
    self.address = address
    self.reach = reach
  }

  /// Whether it calls itself a primary (INFO's `role`); nil when unknown.
  var isPrimary: Bool? { info.value?["role"].map { $0 == "master" } }
}
