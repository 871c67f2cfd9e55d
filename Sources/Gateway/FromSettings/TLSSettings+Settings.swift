// The TLS settings towards nodes and towards clients, from the gateway's settings.

public import Reactor
public import Settings

extension TLSClientSettings {
  /// TLS towards Redis.
  public init(_ tls: RedisTLSSettings) {
    self.init(
      authorities: tls.ca?.path, certificate: tls.client?.certificate.path,
      key: tls.client?.key.path, serverName: tls.serverName)
  }
}

extension TLSServerSettings {
  /// TLS towards clients, with the ticket keys that all workers share.
  public init(_ tls: ServerTLSSettings, ticketKeys: TicketKeys? = nil) {
    self.init(
      certificate: tls.certificate.path, key: tls.key.path,
      clientAuthorities: tls.clientCA?.path, ticketKeys: ticketKeys)
  }
}
