// What a request of the load does. The names are those of `--mix` and of the report.

/// One kind of request.
public enum LoadOperation: Int, CaseIterable, Sendable {
  /// Reads a session: GET, answered with its payload.
  case get
  /// Writes a session: PUT with a payload.
  case put
  /// Slides a session's idle timeout: POST, without a body.
  case touch
  /// Acquires a session's lock, waiting for up to five seconds while another holds it, and releases it:
  /// two requests that count as one, which ends with the second one's answer. A plain PUT of the load
  /// breaks a lock, as the contract says: then it is 409.
  case lock

  /// The name in `--mix` and in the report.
  public var name: String {
    switch self {
    case .get: "get"
    case .put: "put"
    case .touch: "touch"
    case .lock: "lock"
    }
  }

  var method: String {
    switch self {
    case .get: "GET"
    case .put: "PUT"
    case .touch, .lock: "POST"
    }
  }
}
