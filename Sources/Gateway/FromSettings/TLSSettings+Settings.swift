// What settings make of TLS, towards nodes and towards clients.

public import Reactor
public import Settings

extension TLSClientSettings {
  /// What the settings say.
  public init(_ tls: RedisTLSSettings) {
    self.init(
      authorities: tls.ca?.path, certificate: tls.client?.certificate.path,
      key: tls.client?.key.path, serverName: tls.serverName)
  }
}

extension TLSServerSettings {
  /// What the settings say, with the secrets that all workers share.
  public init(_ tls: ServerTLSSettings, ticketKeys: TicketKeys? = nil) {
    self.init(
      certificate: tls.certificate.path, key: tls.key.path,
      clientAuthorities: tls.clientCA?.path, ticketKeys: ticketKeys)
  }
}
