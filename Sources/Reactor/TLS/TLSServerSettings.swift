/// How the gateway identifies itself to its own clients.
public struct TLSServerSettings: Sendable {
  /// The PEM file of the certificate, followed by its chain.
  public var certificate: String
  /// The PEM file of the certificate's key.
  public var key: String
  /// The PEM file of the authorities that must have signed clients' certificates. Nil: clients need
  /// no certificate.
  public var clientAuthorities: String?
  /// The keys that seal session tickets. The same for all workers, since a returning client may
  /// reach another one. Nil: the context's own.
  public var ticketKeys: TicketKeys?

  /// Settings for a certificate and its key.
  public init(
    certificate: String, key: String, clientAuthorities: String? = nil,
    ticketKeys: TicketKeys? = nil
  ) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
    self.ticketKeys = ticketKeys
  }
}
