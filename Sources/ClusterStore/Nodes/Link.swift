// A worker's connection to a node, as a number: what the store calls it, what it asks the tick to
// do with it, and why it failed. The connection itself belongs to the tick.

public import Primitives
public import Redis

/// Identifies the connection to one node. The ticket of a node that is gone finds nothing.
public typealias Link = Ticket

/// Why a connection to a node could not be made or was lost: a stable code for metrics and a
/// sentence for people. Contains no secret.
public struct LinkFault: Error, Equatable, Sendable {
  /// A stable word such as `refused` or `tls-certificate-expired`.
  public let code: String
  /// A sentence that says what happened.
  public let detail: String

  /// A fault from its parts.
  public init(code: String, detail: String) {
    self.code = code
    self.detail = detail
  }

  static let silent = LinkFault(
    code: "silent", detail: "the node took commands and did not reply in time")
  static let slowConnect = LinkFault(
    code: "connect-timeout", detail: "the connection was not established in time")
  /// A Redis without TLS takes a ClientHello for the beginning of a line, and waits for its end.
  static let slowHandshake = LinkFault(
    code: "handshake-timeout",
    detail: "the node took the connection and did not complete TLS in time: "
      + "it hangs, or its port is a plain one and --redis-tls is wrong")
  static let slowGreeting = LinkFault(
    code: "greeting-timeout", detail: "the node did not reply to the first commands in time")
  static let brokenProtocol = LinkFault(
    code: "protocol",
    detail: "the node sent something that is not a reply, or a reply to no command")
  static let demoted = LinkFault(
    code: "demoted", detail: "the node did not reply, and others serve its slots now")
  static func refused(_ error: RedisError) -> LinkFault {
    switch error {
    case .wrongPassword, .noAuth:
      LinkFault(
        code: "credentials",
        detail: "Redis refuses the user or the password: check --redis-user and the password")
    case .noPermission:
      LinkFault(code: "permission", detail: "the ACL user may not run a command it needs")
    case .loading:
      LinkFault(code: "loading", detail: "Redis is still loading its data")
    case .busy:
      LinkFault(code: "busy", detail: "Redis is blocked by a script that runs for too long")
    default:
      LinkFault(code: "greeting", detail: "Redis refuses the connection's first commands")
    }
  }
}

/// What the tick is asked to do with a link.
public enum LinkAction: Equatable, Sendable {
  /// Connect to the node and report `linkOpened` or `linkLost`.
  case open(Link, Endpoint)
  /// Close the connection; nothing more is reported about it.
  case close(Link)
}
