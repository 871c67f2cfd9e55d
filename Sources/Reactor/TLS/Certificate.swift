// What an operator wants to know about a certificate: its subject, its issuer, its expiry.

import COpenSSL
import Glibc
public import Primitives

/// Facts about an X.509 certificate.
public struct Certificate: Equatable, Sendable {
  /// The subject: a distinguished name on one line, such as "/CN=redis".
  public let subject: String
  /// The issuer, in the same form.
  public let issuer: String
  /// The end of its validity.
  public let notAfter: UnixTime

  /// The first certificate in a PEM file.
  public static func read(_ file: String) throws(TLSSettingsFault) -> Certificate {
    try TLSFiles.check(file)
    guard let bio = unsafe openssl_file(file) else { throw .unreadable(file, errno) }
    defer { unsafe BIO_free(bio) }
    guard let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) else {
      ERR_clear_error()
      throw .notPEM(file)
    }
    defer { unsafe X509_free(certificate) }
    return unsafe Certificate(certificate)
  }

  init(_ certificate: OpaquePointer) {
    subject = unsafe Self.line(X509_get_subject_name(certificate))
    issuer = unsafe Self.line(X509_get_issuer_name(certificate))
    var date = unsafe tm()
    unsafe ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &date)
    notAfter = unsafe UnixTime(milliseconds: Int64(timegm(&date)) * 1_000)
  }

  private static func line(_ name: OpaquePointer?) -> String {
    var text = [CChar](repeating: 0, count: 512)
    return unsafe text.withUnsafeMutableBufferPointer {
      let isFilled = unsafe X509_NAME_oneline(name, $0.baseAddress!, Int32($0.count)) != nil
      return unsafe isFilled ? String(cString: $0.baseAddress!) : ""
    }
  }
}
