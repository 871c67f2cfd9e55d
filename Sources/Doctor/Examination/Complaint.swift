// Why a node cannot be reached, and the remedy; the same words for seeds and for nodes.

import Gateway
import Reactor
import Redis

/// The problem that keeps a node from being reached.
struct Complaint {
  let detail: String
  let remedy: String

  init(_ reach: Reach, _ expected: RedisExpectations) {
    switch reach {
    case .reached: (detail, remedy) = ("answers", "")
    case .unknownHost: (detail, remedy) = ("the name has no address", "Correct it, or DNS.")
    case .noNameService:
      (detail, remedy) = ("the name service does not answer", "Check /etc/resolv.conf and DNS.")
    case .silent:
      detail = "it accepts connections but does not reply"
      remedy = "It hangs or is overloaded: look at its log, SLOWLOG and its machine."
    case .otherProtocol:
      detail = expected.isEncrypted ? "the port speaks Redis without TLS" : "the port speaks TLS"
      remedy =
        expected.isEncrypted
        ? Self.sentence(TransportFault.tls(.notTLS).remedy)
        : "Set --redis-tls, and --redis-ca: the authority that signed the nodes' certificates."
    case .notRedis:
      detail = "it does not speak Redis's protocol"
      remedy = "Is the port right? It is the client port, not the bus port (10000 higher)."
    case .skipped: (detail, remedy) = ("not examined: out of time", "Use a longer --timeout.")
    case .refused(let error): (detail, remedy) = Self.words(error, expected)
    case .transport(let fault):
      (detail, remedy) = (fault.description, Self.sentence(fault.remedy))
    }
  }

  private static func words(_ error: RedisError, _ expected: RedisExpectations) -> (String, String)
  {
    switch error {
    case .wrongPassword:
      return (
        "user \(expected.user) or its password is wrong",
        "Compare --redis-user and --redis-password-file with ACL LIST; all nodes need the same."
      )
    case .noAuth:
      return ("it asks for a password", "Set --redis-password-file, and --redis-user if needed.")
    case .loading: return ("it is loading its data", "Wait until it is done.")
    case .busy: return ("a script has been running on it for too long", "Run SCRIPT KILL, or wait.")
    case .noPermission:
      return (
        "user \(expected.user) may not run the first commands",
        "ACL SETUSER \(expected.user) +auth +client"
      )
    default:
      return (
        "it refuses the first commands", "Has it a password at all? If not, set none here."
      )
    }
  }

  /// A clause of the gateway's log as a sentence of the report.
  private static func sentence(_ clause: String) -> String {
    clause.prefix(1).uppercased() + clause.dropFirst() + (clause.hasSuffix("?") ? "" : ".")
  }
}
