// Loads certificates, keys and authorities into an OpenSSL context, and reports precisely which
// file is wrong, so that an operator need not guess at a start or a reload.

import COpenSSL
import Glibc

/// Loads PEM files into a context.
@safe
struct TLSFiles {
  let context: OpaquePointer

  /// Trusts the authorities in `file`.
  func trust(_ file: String) throws(TLSSettingsFault) {
    try Self.check(file)
    if unsafe SSL_CTX_load_verify_file(context, file) != 1 { throw .notPEM(file) }
  }

  /// Requires clients to present a certificate signed by one of the authorities in `file`.
  func requireClients(of file: String) throws(TLSSettingsFault) {
    try trust(file)
    // Clients are sent the names as a hint which certificate to present.
    unsafe SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(file))
  }

  /// Presents the certificate (with its chain) and proves it with the key.
  func identify(certificate: String, key: String) throws(TLSSettingsFault) {
    try Self.check(certificate)
    try Self.check(key)
    ERR_clear_error()
    if unsafe SSL_CTX_use_certificate_chain_file(context, certificate) != 1 {
      throw Self.fault(certificate)
    }
    let loaded = unsafe try Self.privateKey(key)
    defer { unsafe EVP_PKEY_free(loaded) }
    if unsafe X509_check_private_key(SSL_CTX_get0_certificate(context), loaded) != 1 {
      throw .keyMismatch(key, certificate)
    }
    ERR_clear_error()
    if unsafe SSL_CTX_use_PrivateKey(context, loaded) != 1 { throw Self.fault(key) }
  }

  /// Throws unless the file exists and can be read.
  static func check(_ file: String) throws(TLSSettingsFault) {
    let fd = unsafe open(file, O_RDONLY | O_CLOEXEC)
    if fd < 0 { throw errno == ENOENT ? .missing(file) : .unreadable(file, errno) }
    defer { close(fd) }
    var byte: UInt8 = 0
    if unsafe read(fd, &byte, 1) < 0 { throw .unreadable(file, errno) }
  }

  private static func privateKey(_ file: String) throws(TLSSettingsFault) -> OpaquePointer {
    guard let bio = unsafe openssl_file(file) else { throw .unreadable(file, errno) }
    defer { unsafe BIO_free(bio) }
    var isEncrypted = false
    // Without a callback OpenSSL would ask for the passphrase on the terminal.
    let key = unsafe PEM_read_bio_PrivateKey(
      bio, nil,
      { _, _, _, asked in
        unsafe asked!.storeBytes(of: true, as: Bool.self)
        return -1
      }, &isEncrypted)
    if let key = unsafe key { return unsafe key }
    throw isEncrypted ? .keyEncrypted(file) : .notPEM(file)
  }

  private static func fault(_ file: String) -> TLSSettingsFault {
    // The first error is the cause: the PEM library's when the file cannot be parsed, the TLS
    // library's when its policy rejects the contents.
    let error = ERR_peek_error()
    return ERR_GET_LIB(error) == ERR_LIB_SSL
      ? .refused(file, ERR_GET_REASON(error)) : .notPEM(file)
  }
}
