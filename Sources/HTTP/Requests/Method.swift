import Primitives

/// A request's method (RFC 9110 §9). A well-formed method that is not listed is `other`; the API
/// answers that it is not implemented (501).
public enum Method: UInt8, Equatable, Sendable {
  case get, head, post, put, delete, options, patch, connect, trace, other

  /// The method that the bytes of `range` spell. Case matters: `get` is not GET.
  init(_ bytes: RawSpan, _ range: ByteRange) {
    switch range.count {
    case 3 where bytes.matches("GET", in: range): self = .get
    case 3 where bytes.matches("PUT", in: range): self = .put
    case 4 where bytes.matches("HEAD", in: range): self = .head
    case 4 where bytes.matches("POST", in: range): self = .post
    case 5 where bytes.matches("PATCH", in: range): self = .patch
    case 5 where bytes.matches("TRACE", in: range): self = .trace
    case 6 where bytes.matches("DELETE", in: range): self = .delete
    case 7 where bytes.matches("OPTIONS", in: range): self = .options
    case 7 where bytes.matches("CONNECT", in: range): self = .connect
    default: self = .other
    }
  }

  /// Its name in labels and logs: its token, or `other`.
  public var name: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .patch: "PATCH"
    case .connect: "CONNECT"
    case .trace: "TRACE"
    case .other: "other"
    }
  }
}
