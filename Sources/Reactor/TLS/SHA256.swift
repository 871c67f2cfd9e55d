// SHA-256 by OpenSSL. It does no I/O, but this is the only module that imports OpenSSL.

import COpenSSL

/// The SHA-256 digest (FIPS 180-4).
public enum SHA256 {
  /// The digest of `bytes`. Does not allocate.
  public static func digest(of bytes: RawSpan) -> InlineArray<32, UInt8> {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    unsafe bytes.withUnsafeBytes { source in
      unsafe room.withUnsafeMutableBytes { target in
        unsafe openssl_sha256(source.baseAddress, source.count, target.baseAddress!)
      }
    }
    return digest
  }
}
