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
