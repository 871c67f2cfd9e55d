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
