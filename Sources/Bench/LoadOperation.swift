// What a request of the load does. The names are those of `--mix` and of the report.

/// One kind of request.
public enum LoadOperation: Int, CaseIterable, Sendable {
  /// Reads a session: GET, answered with its payload.
  case get
  /// Writes a session: PUT with a payload.
  case put
  /// Slides a session's idle timeout: POST, without a body.
  case touch

  /// The name in `--mix` and in the report.
  public var name: String {
    switch self {
    case .get: "get"
    case .put: "put"
    case .touch: "touch"
    }
  }

  var method: String {
    switch self {
    case .get: "GET"
    case .put: "PUT"
    case .touch: "POST"
    }
  }
}
