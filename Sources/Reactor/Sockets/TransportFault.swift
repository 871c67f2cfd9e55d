// Why a connection ended or could not be made. Each fault has a sentence for the log, and a stable
// code for metrics and health.

import Glibc

/// What ended a connection, or prevented it.
public enum TransportFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing listens at the address.
  case refused
  /// The peer dropped the connection.
  case reset
  /// The peer closed the connection prematurely.
  case closed
  /// The peer does not answer in time (ETIMEDOUT, or a deadline of ours).
  case timedOut
  /// There is no route to the peer, with the system's error number.
  case unreachable(Int32)
  /// Any other error of the system, by its number.
  case system(Int32)
  /// TLS failed.
  case tls(TLSFault)

  /// The fault for a system error number.
  public init(errno error: Int32) {
    switch error {
    case ECONNREFUSED: self = .refused
    case ECONNRESET, EPIPE, ECONNABORTED: self = .reset
    case ETIMEDOUT: self = .timedOut
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EINVAL: self = .unreachable(error)
    default: self = .system(error)
    }
  }

  /// A code that stays the same across versions.
  public var code: String {
    switch self {
    case .refused: "refused"
    case .reset: "reset"
    case .closed: "closed"
    case .timedOut: "timed-out"
    case .unreachable: "unreachable"
    case .system: "system"
    case .tls(let fault): fault.code
    }
  }

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .refused: "nothing listens at that address"
    case .reset: "the peer reset the connection"
    case .closed: "the peer closed the connection early"
    case .timedOut: "the peer did not answer in time"
    case .unreachable(let error): "the peer is unreachable: \(message(of: error))"
    case .system(let error): "the system refused: \(message(of: error))"
    case .tls(let fault): fault.description
    }
  }
}
