/// Where a request's body ends (RFC 9112 §6.3).
public enum BodyFraming: Equatable, Sendable {
  /// Neither Content-Length nor Transfer-Encoding: there is no body. Whether that is acceptable (or
  /// 411) is for the API to decide. `Content-Length: 0` is `.length(0)`.
  case none
  /// Exactly this many bytes follow the head.
  case length(Int)
  /// Chunks follow the head; `ChunkedDecoder` finds their end.
  case chunked
}

/// The supported versions of HTTP.
public enum Version: UInt8, Equatable, Sendable {
  case http10, http11
}

/// What becomes of the connection after the response (RFC 9112 §9.3).
public enum Persistence: UInt8, Equatable, Sendable {
  case keepAlive, close
}

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
