// Why a node cannot be reached, and what to do: the same words wherever it is found.

import Reactor
import Redis

/// What is wrong with the way to a node.
struct Complaint {
  let detail: String
  let remedy: String

  init(_ reach: Reach, _ wishes: RedisWishes) {
    switch reach {
    case .reached: (detail, remedy) = ("answers", "")
    case .unknownHost: (detail, remedy) = ("the name has no address", "Correct it, or the DNS.")
    case .noNameService:
      (detail, remedy) = ("the name service does not answer", "Look at /etc/resolv.conf, the DNS.")
    case .silent:
      detail = "connected, and nothing is answered"
      remedy = "A hung node, or an overloaded one: look at its log, SLOWLOG, its machine."
    case .otherProtocol:
      detail = wishes.isEncrypted ? "the port speaks Redis without TLS" : "the port speaks TLS"
      remedy =
        wishes.isEncrypted
        ? "Name the TLS port (tls-port in redis.conf), or leave --redis-tls out."
        : "--redis-tls, and --redis-ca: the authority that signed the nodes' certificates."
    case .notRedis:
      detail = "what answers is not Redis"
      remedy = "Is the port right? It is the client port, not the bus port (10000 higher)."
    case .skipped: (detail, remedy) = ("not examined: the time was over", "A longer --timeout.")
    case .refused(let error): (detail, remedy) = Self.words(error, wishes)
    case .transport(let fault): (detail, remedy) = Self.words(fault, wishes)
    }
  }

  private static func words(_ error: RedisError, _ wishes: RedisWishes) -> (String, String) {
    switch error {
    case .wrongPassword:
      return (
        "user \(wishes.user) or its password is wrong",
        "--redis-user, --redis-password-file; compare with ACL LIST. All nodes need the same."
      )
    case .noAuth:
      return ("it asks for a password", "--redis-password-file, and --redis-user if there is one.")
    case .loading: return ("it reads its data", "Wait until it has.")
    case .busy: return ("a script has run on it for too long", "SCRIPT KILL, or wait.")
    case .noPermission:
      return ("user \(wishes.user) may not greet", "ACL SETUSER \(wishes.user) +auth +client")
    default:
      return (
        "it refuses the greeting", "Has it a password at all? If not, name none to the gateway."
      )
    }
  }

  private static func words(_ fault: TransportFault, _ wishes: RedisWishes) -> (String, String) {
    (fault.description, remedy(fault, wishes))
  }

  private static func remedy(_ fault: TransportFault, _ wishes: RedisWishes) -> String {
    switch fault {
    case .refused: "Is the node up, is the port right, does it bind that address?"
    case .timedOut, .unreachable: "A firewall, routing, or a machine that is down."
    case .reset, .closed:
      wishes.isEncrypted
        ? "Its log says why: look for TLS there." : "Does the port speak TLS? Then --redis-tls."
    case .system: "What the system says, on this machine."
    case .tls(let fault): remedy(fault)
    }
  }

  private static func remedy(_ fault: TLSFault) -> String {
    switch fault {
    case .certificateExpired, .certificateNotYetValid:
      "Issue it anew; and are both clocks right?"
    case .unknownAuthority: "--redis-ca: the authority that signed the nodes' certificates."
    case .nameMismatch: "--redis-server-name: the name in the nodes' certificates."
    case .wrongPurpose, .badCertificate: "Issue a certificate for servers (serverAuth)."
    case .alert, .certificateMissing:
      "It wants a certificate of the gateway: --redis-cert and --redis-key, signed by its CA."
    case .protocolVersion, .noSharedCipher, .noApplicationProtocol:
      "TLS 1.2 with ECDHE and AEAD, or 1.3: tls-protocols and tls-ciphers in redis.conf."
    case .notTLS: "It is a plain port: name the TLS port, or leave --redis-tls out."
    case .unruly, .other: "Its log says why."
    }
  }
}
