// Why a node cannot be reached, and the remedy; the same words for seeds and for nodes.

import Reactor
import Redis

/// The problem that keeps a node from being reached.
struct Complaint {
  let detail: String
  let remedy: String

  init(_ reach: Reach, _ wishes: RedisWishes) {
    switch reach {
    case .reached: (detail, remedy) = ("answers", "")
    case .unknownHost: (detail, remedy) = ("the name has no address", "Correct it, or DNS.")
    case .noNameService:
      (detail, remedy) = ("the name service does not answer", "Check /etc/resolv.conf and DNS.")
    case .silent:
      detail = "it accepts connections but does not reply"
      remedy = "It hangs or is overloaded: look at its log, SLOWLOG and its machine."
    case .otherProtocol:
      detail = wishes.isEncrypted ? "the port speaks Redis without TLS" : "the port speaks TLS"
      remedy =
        wishes.isEncrypted
        ? "Name the TLS port (tls-port in redis.conf), or leave --redis-tls out."
        : "Set --redis-tls, and --redis-ca: the authority that signed the nodes' certificates."
    case .notRedis:
      detail = "it does not speak Redis's protocol"
      remedy = "Is the port right? It is the client port, not the bus port (10000 higher)."
    case .skipped: (detail, remedy) = ("not examined: out of time", "Use a longer --timeout.")
    case .refused(let error): (detail, remedy) = Self.words(error, wishes)
    case .transport(let fault): (detail, remedy) = Self.words(fault, wishes)
    }
  }

  private static func words(_ error: RedisError, _ wishes: RedisWishes) -> (String, String) {
    switch error {
    case .wrongPassword:
      return (
        "user \(wishes.user) or its password is wrong",
        "Compare --redis-user and --redis-password-file with ACL LIST; all nodes need the same."
      )
    case .noAuth:
      return ("it asks for a password", "Set --redis-password-file, and --redis-user if needed.")
    case .loading: return ("it is loading its data", "Wait until it is done.")
    case .busy: return ("a script has been running on it for too long", "Run SCRIPT KILL, or wait.")
    case .noPermission:
      return (
        "user \(wishes.user) may not run the first commands",
        "ACL SETUSER \(wishes.user) +auth +client"
      )
    default:
      return (
        "it refuses the first commands", "Has it a password at all? If not, set none here."
      )
    }
  }

  private static func words(_ fault: TransportFault, _ wishes: RedisWishes) -> (String, String) {
    (fault.description, remedy(fault, wishes))
  }

  private static func remedy(_ fault: TransportFault, _ wishes: RedisWishes) -> String {
    switch fault {
    case .refused: "Is the node up, is the port right, does it bind that address?"
    case .timedOut, .unreachable: "Check the firewall, the routes, and whether the machine is up."
    case .reset, .closed:
      wishes.isEncrypted
        ? "Its log says why: look for TLS there." : "Does the port speak TLS? Then set --redis-tls."
    case .system: "The fault is on this machine, not at the node."
    case .tls(let fault): remedy(fault)
    }
  }

  private static func remedy(_ fault: TLSFault) -> String {
    switch fault {
    case .certificateExpired, .certificateNotYetValid:
      "Issue a new one, and check that both clocks are right."
    case .unknownAuthority: "Set --redis-ca to the authority that signed the nodes' certificates."
    case .nameMismatch: "Set --redis-server-name to the name in the nodes' certificates."
    case .wrongPurpose, .badCertificate: "Issue a certificate for servers (serverAuth)."
    case .alert, .certificateMissing:
      "It wants a client certificate: set --redis-cert and --redis-key, signed by its CA."
    case .protocolVersion, .noSharedCipher, .noApplicationProtocol:
      "Allow TLS 1.2 with ECDHE and AEAD, or 1.3: tls-protocols, tls-ciphers in redis.conf."
    case .notTLS: "It is a plain port: name the TLS port, or leave --redis-tls out."
    case .unruly, .other: "Its log says why."
    }
  }
}
