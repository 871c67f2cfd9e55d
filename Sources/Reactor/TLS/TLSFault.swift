// Why TLS failed, told apart as far as OpenSSL tells: an operator must see at once whether a
// certificate ran out, a name is wrong or the port speaks plain text.

import COpenSSL

/// What was wrong with a TLS connection.
public enum TLSFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The peer's certificate, or one it is signed by, is past its notAfter.
  case certificateExpired
  /// The peer's certificate, or one it is signed by, is before its notBefore.
  case certificateNotYetValid
  /// Nothing trusted has signed the peer's certificate.
  case unknownAuthority
  /// The peer's certificate is for another host.
  case nameMismatch
  /// The peer's certificate is not for this use (extended key usage).
  case wrongPurpose
  /// The peer's certificate failed another check, with OpenSSL's X509_V_ERR number.
  case badCertificate(Int32)
  /// The peer, a client, showed no certificate where one is required.
  case certificateMissing
  /// The peer ended the connection with an alert (RFC 8446 section 6), by its number.
  case alert(UInt8)
  /// The two sides have no protocol version in common.
  case protocolVersion
  /// The two sides have no cipher in common.
  case noSharedCipher
  /// The peer offers no application protocol that is served here (RFC 7301).
  case noApplicationProtocol
  /// What came is not TLS: probably the peer speaks plain text.
  case notTLS
  /// The peer sends messages of TLS's own on and on.
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

  /// A word that stays the same across versions.
  public var code: String {
    switch self {
    case .certificateExpired: "tls_certificate_expired"
    case .certificateNotYetValid: "tls_certificate_not_yet_valid"
    case .unknownAuthority: "tls_unknown_authority"
    case .nameMismatch: "tls_name_mismatch"
    case .wrongPurpose: "tls_wrong_purpose"
    case .badCertificate: "tls_bad_certificate"
    case .certificateMissing: "tls_certificate_missing"
    case .alert: "tls_alert"
    case .protocolVersion: "tls_protocol_version"
    case .noSharedCipher: "tls_no_shared_cipher"
    case .noApplicationProtocol: "tls_no_application_protocol"
    case .notTLS: "tls_not_tls"
    case .unruly: "tls_unruly"
    case .other: "tls_other"
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
    case .certificateMissing: "the peer showed no certificate"
    case .alert(let number):
      unsafe "the peer ended TLS with alert \(number): "
        + Self.text(SSL_alert_desc_string_long(Int32(number)))
    case .protocolVersion: "the peer speaks no TLS version that is allowed"
    case .noSharedCipher: "the peer offers no cipher that is allowed"
    case .noApplicationProtocol: "the peer does not offer http/1.1"
    case .notTLS: "the peer does not speak TLS on that port"
    case .unruly: "the peer sends messages of TLS's own on and on"
    case .other(let reason): "TLS failed with OpenSSL's reason \(reason)"
    }
  }

  private static func text(_ words: UnsafePointer<CChar>?) -> String {
    guard let words = unsafe words else { return "unknown" }
    return unsafe String(cString: words)
  }
}
