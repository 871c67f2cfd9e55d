// The version of OpenSSL at run time; it may be newer than the one the program was built with.

import COpenSSL

/// The TLS library.
public enum OpenSSLLibrary {
  /// Its version, such as "OpenSSL 3.0.15 3 Sep 2024".
  public static var version: String { unsafe String(cString: OpenSSL_version(0)) }
}
