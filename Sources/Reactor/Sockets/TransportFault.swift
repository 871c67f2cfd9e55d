// Why a connection is no more. One sentence for the log, one stable word for metrics and health.

import Glibc

/// What ended a connection, or kept it from being made.
public enum TransportFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nobody listens there.
  case refused
  /// The peer dropped the connection.
  case reset
  /// The peer closed in the middle of something.
  case closed
  /// The peer does not answer, with the system's error number (ETIMEDOUT).
  case timedOut(Int32)
  /// There is no way to the peer, with the system's error number.
  case unreachable(Int32)
  /// Anything else that the system says.
  case system(Int32)
  /// TLS failed.
  case tls(TLSFault)

  /// The case that a system error number stands for.
  public init(errno error: Int32) {
    switch error {
    case ECONNREFUSED: self = .refused
    case ECONNRESET, EPIPE, ECONNABORTED: self = .reset
    case ETIMEDOUT: self = .timedOut(error)
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EINVAL: self = .unreachable(error)
    default: self = .system(error)
    }
  }

  /// A word that stays the same across versions.
  public var code: String {
    switch self {
    case .refused: "refused"
    case .reset: "reset"
    case .closed: "closed"
    case .timedOut: "timed_out"
    case .unreachable: "unreachable"
    case .system: "system"
    case .tls(let fault): fault.code
    }
  }

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .refused: "nobody listens at that address"
    case .reset: "the peer reset the connection"
    case .closed: "the peer closed the connection early"
    case .timedOut: "the peer did not answer in time"
    case .unreachable(let error): "there is no way to the peer: \(message(of: error))"
    case .system(let error): "the system refused: \(message(of: error))"
    case .tls(let fault): fault.description
    }
  }
}
