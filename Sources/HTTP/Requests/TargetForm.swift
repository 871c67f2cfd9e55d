/// The form in which the target was written (RFC 9112 §3.2).
public enum TargetForm: UInt8, Equatable, Sendable {
  /// `/path?query`
  case origin
  /// `http://host/path?query`; its path is empty when nothing follows the host, which means `/`.
  case absolute
  /// `host:port`, for CONNECT only; path and query are empty.
  case authority
  /// `*`, for OPTIONS only; path and query are empty.
  case asterisk
}
