import ArgumentParser

/// The certificate that a command presents to a server that demands one: `--cert` and `--key`.
enum ClientCertificate {
  /// Throws if only one of its files is named.
  static func validate(_ certificate: String?, _ key: String?) throws {
    guard (certificate == nil) == (key == nil) else {
      throw ValidationError("--cert and --key belong together: give both, or neither")
    }
  }
}
