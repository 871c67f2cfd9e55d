// Which resource a path names. This is the only list of paths: the decoder, the labels of metrics
// and `Allow` all go by it.

public import HTTP
public import Primitives

/// A kind of resource of the contract.
public enum Route: UInt8, CaseIterable, Sendable {
  /// `/v1/sessions/{id}`
  case session
  /// `/v1/sessions`
  case sessions
  /// `/v1/sessions/{id}/touch`
  case touch
  /// `/v1/sessions/{id}/lock`
  case lock
  /// `/v1/touches`
  case touches
  /// `/livez`
  case livez
  /// `/readyz`
  case readyz
  /// `/health`
  case health
  /// `/metrics`
  case metrics
  /// `/openapi.yaml`
  case contract
  /// `/version`
  case version
  /// Any other path.
  case unknown

  /// What every path of a session begins with; its id follows.
  static var ofSession: StaticString { "/v1/sessions/" }

  /// The resource that `path` names, and where in `bytes` its session's id is, if it has one.
  public static func find(_ path: ByteRange, in bytes: RawSpan) -> (route: Route, id: ByteRange) {
    if bytes.begins(with: ofSession, in: path) {
      let start = Int(path.lower) + ofSession.utf8CodeUnitCount
      return withID(start, Int(path.upper), in: bytes)
    }
    for place in 0..<fixed.count where bytes.matches(fixed[place].template, in: path) {
      return (fixed[place], .empty)
    }
    return (.unknown, .empty)
  }

  /// Reads what follows `/v1/sessions/`: an id, or an id with one more segment.
  private static func withID(
    _ start: Int, _ end: Int, in bytes: RawSpan
  ) -> (route: Route, id: ByteRange) {
    let slash = bytes.first(UInt8(ascii: "/"), from: start, to: end)
    let id = ByteRange(start, slash)
    if slash == end { return (.session, id) }
    let rest = ByteRange(slash, end)
    if bytes.matches("/touch", in: rest) { return (.touch, id) }
    if bytes.matches("/lock", in: rest) { return (.lock, id) }
    return (.unknown, .empty)
  }

  private static let fixed: InlineArray<8, Route> = [
    .sessions, .touches, .livez, .readyz, .health, .metrics, .contract, .version,
  ]

  /// The path with a placeholder for the id, so that it holds no secret: a label for metrics.
  public var template: StaticString {
    switch self {
    case .session: "/v1/sessions/{id}"
    case .sessions: "/v1/sessions"
    case .touch: "/v1/sessions/{id}/touch"
    case .lock: "/v1/sessions/{id}/lock"
    case .touches: "/v1/touches"
    case .livez: "/livez"
    case .readyz: "/readyz"
    case .health: "/health"
    case .metrics: "/metrics"
    case .contract: "/openapi.yaml"
    case .version: "/version"
    case .unknown: "other"
    }
  }

  /// The methods the resource has, as `Allow` lists them.
  public var allow: StaticString {
    switch self {
    case .session: "GET, HEAD, PUT, DELETE"
    case .sessions, .touch, .touches: "POST"
    case .lock: "POST, PUT, DELETE"
    case .livez, .readyz, .health, .metrics, .contract, .version: "GET, HEAD"
    case .unknown: ""
    }
  }

  /// Whether the resource has the method.
  public func has(_ method: Method) -> Bool {
    switch (self, method) {
    case (.session, .get), (.session, .head), (.session, .put), (.session, .delete): true
    case (.sessions, .post), (.touch, .post), (.touches, .post): true
    case (.lock, .post), (.lock, .put), (.lock, .delete): true
    case (.livez, .get), (.readyz, .get), (.health, .get): true
    case (.metrics, .get), (.contract, .get), (.version, .get): true
    case (.livez, .head), (.readyz, .head), (.health, .head): true
    case (.metrics, .head), (.contract, .head), (.version, .head): true
    default: false
    }
  }

  /// Whether the resource is for operators and needs no token.
  public var isOperators: Bool {
    switch self {
    case .livez, .readyz, .health, .metrics, .contract, .version: true
    case .session, .sessions, .touch, .lock, .touches, .unknown: false
    }
  }
}
