// Why TLS failed, distinguished as far as OpenSSL allows: an operator must see at once whether a
// certificate has expired, a name is wrong or the port speaks plain text.

import COpenSSL

/// What was wrong with a TLS connection.
public enum TLSFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The peer's certificate, or one in its chain, is past its notAfter.
  case certificateExpired
  /// The peer's certificate, or one in its chain, is before its notBefore.
  case certificateNotYetValid
  /// No trusted authority has signed the peer's certificate.
  case unknownAuthority
  /// The peer's certificate is for another host.
  case nameMismatch
  /// The peer's certificate is not for this use (extended key usage).
  case wrongPurpose
  /// The peer's certificate failed another check, with OpenSSL's X509_V_ERR number.
  case badCertificate(Int32)
  /// The client presented no certificate although one is required.
  case certificateMissing
  /// The peer ended the connection with an alert (RFC 8446 §6), by its number.
  case alert(UInt8)
  /// The two sides have no protocol version in common.
  case protocolVersion
  /// The two sides have no cipher in common.
  case noSharedCipher
  /// The peer offers no application protocol that the gateway serves (RFC 7301).
  case noApplicationProtocol
  /// What arrived is not TLS: the peer probably speaks plain text.
  case notTLS
  /// The peer keeps sending TLS protocol messages without any data, or exceeds a limit of the
  /// handshake.
  case unruly
  /// Anything else, with OpenSSL's reason number.
  case other(Int32)

  init(error: UInt, verification: Int) {
    let reason = ERR_GET_REASON(error)
    guard ERR_GET_LIB(error) == ERR_LIB_SSL else {
      self = .other(reason)
      return
    }
    switch reason {
    case SSL_R_CERTIFICATE_VERIFY_FAILED: self = TLSFault(verification: Int32(verification))
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: self = .certificateMissing
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
      SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_TOO_SMALL:
      self = .notTLS
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
      SSL_R_WRONG_SSL_VERSION, SSL_R_NO_PROTOCOLS_AVAILABLE:
      self = .protocolVersion
    case SSL_R_NO_SHARED_CIPHER: self = .noSharedCipher
    case SSL_R_NO_APPLICATION_PROTOCOL: self = .noApplicationProtocol
    case OPENSSL_ALERT_OFFSET...(OPENSSL_ALERT_OFFSET + 255):
      self = .alert(UInt8(reason - OPENSSL_ALERT_OFFSET))
    default: self = .other(reason)
    }
  }

  private init(verification: Int32) {
    switch verification {
    case X509_V_ERR_CERT_HAS_EXPIRED: self = .certificateExpired
    case X509_V_ERR_CERT_NOT_YET_VALID: self = .certificateNotYetValid
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
      self = .unknownAuthority
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: self = .nameMismatch
    case X509_V_ERR_INVALID_PURPOSE: self = .wrongPurpose
    default: self = .badCertificate(verification)
    }
  }

  /// A code that stays the same across versions.
  public var code: String {
    switch self {
    case .certificateExpired: "tls-certificate-expired"
    case .certificateNotYetValid: "tls-certificate-not-yet-valid"
    case .unknownAuthority: "tls-unknown-authority"
    case .nameMismatch: "tls-name-mismatch"
    case .wrongPurpose: "tls-wrong-purpose"
    case .badCertificate: "tls-bad-certificate"
    case .certificateMissing: "tls-certificate-missing"
    case .alert: "tls-alert"
    case .protocolVersion: "tls-protocol-version"
    case .noSharedCipher: "tls-no-shared-cipher"
    case .noApplicationProtocol: "tls-no-application-protocol"
    case .notTLS: "tls-not-tls"
    case .unruly: "tls-unruly"
    case .other: "tls-other"
    }
  }

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .certificateExpired: "the peer's certificate, or its issuer's, has expired"
    case .certificateNotYetValid: "the peer's certificate, or its issuer's, is not valid yet"
    case .unknownAuthority: "the peer's certificate is not signed by a trusted authority"
    case .nameMismatch: "the peer's certificate is for another host"
    case .wrongPurpose: "the peer's certificate is not meant for this use"
    case .badCertificate(let error):
      unsafe "the peer's certificate is not accepted: "
        + Self.text(X509_verify_cert_error_string(Int(error)))
    case .certificateMissing: "the peer presented no certificate"
    // Nameless in OpenSSL 3.0 (RFC 8446 §6.2).
    case .alert(116): "the peer ended TLS with alert 116: certificate required"
    case .alert(let number):
      unsafe "the peer ended TLS with alert \(number): "
        + Self.text(SSL_alert_desc_string_long(Int32(number)))
    case .protocolVersion: "the peer speaks no TLS version that is allowed"
    case .noSharedCipher: "the peer offers no cipher that is allowed"
    case .noApplicationProtocol: "the peer does not offer http/1.1"
    case .notTLS: "the peer does not speak TLS on that port"
    case .unruly: "the peer keeps sending TLS messages without data"
    case .other(let reason): "TLS failed with OpenSSL's reason \(reason)"
    }
  }

  private static func text(_ words: UnsafePointer<CChar>?) -> String {
    guard let words = unsafe words else { return "unknown" }
    return unsafe String(cString: words)
  }
}
