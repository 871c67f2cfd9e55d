// What a TLS context is made of. Plain values: read from the command line, checked and shared by all
// workers, each of which makes its own context.

import Primitives

/// How the gateway trusts a Redis node, and shows itself to it.
public struct TLSClientSettings: Sendable {
  /// The PEM file of the authorities that are trusted. Nil: the system's.
  public var authorities: String?
  /// The PEM file of the certificate to show, the chain behind it. With `key`, or neither.
  public var certificate: String?
  /// The PEM file of the certificate's key.
  public var key: String?
  /// The name that nodes' certificates must carry, in place of the host asked for; also sent (SNI).
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

/// How the gateway shows itself to its own clients.
public struct TLSServerSettings: Sendable {
  /// The PEM file of the certificate, the chain behind it.
  public var certificate: String
  /// The PEM file of the certificate's key.
  public var key: String
  /// The PEM file of the authorities that clients' certificates must be signed by. Nil: clients
  /// need none.
  public var clientAuthorities: String?
  /// What session tickets are sealed with. The same for all workers, since a client that comes back
  /// may meet another one. Nil: the context's own.
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

/// The secrets that session tickets are named, sealed and signed with. New ones each time the
/// certificates are read, so that no ticket outlives them long.
public struct TicketKeys: Sendable {
  let bits: InlineArray<10, UInt64>

  /// New secrets.
  public static func random() -> TicketKeys {
    var entropy = Entropy()
    return TicketKeys(bits: InlineArray { _ in entropy.bits() })
  }
}

/// Which file of the settings is wrong, and why.
public enum TLSSettingsFault: Error, Equatable, Sendable, CustomStringConvertible {
  case missing(String)
  /// With the system's error number.
  case unreadable(String, Int32)
  case notPEM(String)
  case keyEncrypted(String)
  /// The key, then the certificate.
  case keyMismatch(String, String)
  /// A certificate without a key, or the other way round: the file that has no partner.
  case incomplete(String)
  /// OpenSSL's policy refuses the file (a short key, a weak digest), with its reason number.
  case refused(String, Int32)
  /// OpenSSL cannot make a context, with its reason number.
  case unavailable(Int32)

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .missing(let file): "\(file) does not exist"
    case .unreadable(let file, let error): "\(file) cannot be read: \(message(of: error))"
    case .notPEM(let file): "\(file) holds nothing of the right kind in PEM form"
    case .keyEncrypted(let file): "the key in \(file) is encrypted; store it without a passphrase"
    case .keyMismatch(let key, let file):
      "the key in \(key) is not that of the certificate in \(file)"
    case .incomplete(let file): "\(file) is given alone; a certificate and its key come together"
    case .refused(let file, let reason): "OpenSSL refuses \(file) (reason \(reason))"
    case .unavailable(let reason): "OpenSSL cannot make a TLS context (reason \(reason))"
    }
  }
}
