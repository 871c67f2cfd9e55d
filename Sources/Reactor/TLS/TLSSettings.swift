// The settings of a TLS context. Plain values: read from the settings, checked, and shared by all
// workers, each of which creates a context of its own.

import Primitives

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

/// The secrets that name, encrypt and sign session tickets. They are new each time the certificates
/// are read, so that no ticket outlives those for long.
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
  /// A certificate without a key, or a key without a certificate: the file that was given.
  case incomplete(String)
  /// OpenSSL's policy refuses the file (a short key, a weak digest), with its reason number.
  case refused(String, Int32)
  /// OpenSSL cannot create a context, with its reason number.
  case unavailable(Int32)

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .missing(let file): "\(file) does not exist"
    case .unreadable(let file, let error): "\(file) cannot be read: \(message(of: error))"
    case .notPEM(let file): "\(file) holds no PEM data of the right kind"
    case .keyEncrypted(let file): "the key in \(file) is encrypted; store it without a passphrase"
    case .keyMismatch(let key, let file):
      "the key in \(key) does not match the certificate in \(file)"
    case .incomplete(let file): "\(file) is given alone; name both a certificate and its key"
    case .refused(let file, let reason): "OpenSSL refuses \(file) (reason \(reason))"
    case .unavailable(let reason): "OpenSSL cannot make a TLS context (reason \(reason))"
    }
  }
}
