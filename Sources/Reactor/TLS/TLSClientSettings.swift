/// How the gateway verifies a Redis node, and identifies itself to it.
public struct TLSClientSettings: Sendable {
  /// The PEM file of the trusted authorities. Nil: the system's.
  public var authorities: String?
  /// The PEM file of the certificate to present, followed by its chain. Set with `key` or not at
  /// all.
  public var certificate: String?
  /// The PEM file of the certificate's key.
  public var key: String?
  /// The name that nodes' certificates must carry instead of the host connected to; also sent as
  /// SNI.
  public var serverName: String?

  /// Settings that trust `authorities`.
  public init(
    authorities: String? = nil, certificate: String? = nil, key: String? = nil,
    serverName: String? = nil
  ) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.serverName = serverName
  }
}
