// The operations of a load. Their names are those in `--mix` and in the report.

/// One kind of request.
public enum LoadOperation: Int, CaseIterable, Sendable {
  /// Reads a session: GET, answered with its payload.
  case get
  /// Writes a session: PUT with a payload.
  case put
  /// Extends a session's idle timeout: POST, without a body.
  case touch
  /// Acquires a session's lock, waiting up to 5 s while another client holds it, and releases it.
  /// The two requests count as one, which ends with the second response. An unconditional PUT of
  /// the same load breaks a lock, as the contract says; the response is then 409.
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
