// Why a connection to a node failed: a stable code for metrics, and a sentence for people. What to
// do about it is the gateway's to say, which knows the settings.

/// Why a connection to a node could not be made or was lost. Contains no secret.
public enum LinkFault: Error, Equatable, Sendable {
  /// The node took commands and did not reply in time.
  case silent
  /// The connection was not established in time.
  case slowConnect
  /// The node took the connection and did not complete TLS in time.
  case slowHandshake
  /// The node did not reply to the first commands in time.
  case slowGreeting
  /// The node sent something that is not a reply, or a reply to no command.
  case brokenProtocol
  /// The node did not reply, and others serve its slots now.
  case demoted
  /// Another Redis answers at the address than the node that the topology means.
  case stranger
  /// The node refuses the first commands.
  case refused(ErrorKind)
  /// What the tick, which owns the connection, reports of it.
  case reported(code: String, description: String)
}

extension LinkFault: CustomStringConvertible {
  /// A word that stays the same across versions, such as `silent` or `tls-certificate-expired`.
  public var code: String {
    switch self {
    case .silent: "silent"
    case .slowConnect: "connect-timeout"
    case .slowHandshake: "handshake-timeout"
    case .slowGreeting: "greeting-timeout"
    case .brokenProtocol: "protocol"
    case .demoted: "demoted"
    case .stranger: "stranger"
    case .refused(.wrongpass), .refused(.noauth): "credentials"
    case .refused(.noperm): "permission"
    case .refused(.loading): "loading"
    case .refused(.busy): "busy"
    case .refused: "greeting"
    case .reported(let code, _): code
    }
  }

  /// One sentence that says what happened.
  public var description: String {
    switch self {
    case .silent: "the node took commands and did not reply in time"
    case .slowConnect: "the connection was not established in time"
    case .slowHandshake: "the node took the connection and did not complete TLS in time"
    case .slowGreeting: "the node did not reply to the first commands in time"
    case .brokenProtocol: "the node sent something that is not a reply, or a reply to no command"
    case .demoted: "the node did not reply, and others serve its slots now"
    case .stranger: "another Redis answers at its address"
    case .refused: "the node refuses the first commands"
    case .reported(_, let description): description
    }
  }
}
