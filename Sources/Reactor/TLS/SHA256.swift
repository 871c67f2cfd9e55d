// SHA-256 by OpenSSL. It is no input or output, but this is the room that OpenSSL lives in.

import COpenSSL

/// The digest of FIPS 180-4.
public enum SHA256 {
  /// The digest of `bytes`; nothing is allocated.
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
