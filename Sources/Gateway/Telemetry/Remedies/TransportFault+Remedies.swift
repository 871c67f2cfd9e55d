// What to do when a node cannot be reached: which setting, or which line of the node's
// configuration, fixes it. The log, `/health` and `session-gateway check` say the same.

public import Reactor

extension TransportFault {
  /// What an operator is to check or to set when the peer is a Redis node: a clause without a full
  /// stop.
  public var remedy: String {
    switch self {
    case .refused: "is the node up, is its port right, does it bind that address?"
    case .timedOut, .unreachable: "check the firewall, the routes, and whether the machine is up"
    case .reset, .closed:
      "see the node's log; set --redis-tls if its port speaks TLS, and only then"
    case .system: "the fault is on this machine, not at the node"
    case .tls(let fault): fault.remedy
    }
  }
}

extension TLSFault {
  fileprivate var remedy: String {
    switch self {
    case .certificateExpired:
      "issue a new one for the node's tls-cert-file, or for --redis-ca, and check both clocks"
    case .certificateNotYetValid: "check both clocks and the node's tls-cert-file"
    case .unknownAuthority: "set --redis-ca to the authority that signed the node's tls-cert-file"
    case .nameMismatch: "set --redis-server-name to a name in the node's tls-cert-file"
    case .wrongPurpose, .badCertificate, .certificateMissing:
      "issue a new tls-cert-file for the node, for servers (serverAuth)"
    case .alert:
      "if it wants a client certificate, set --redis-cert and --redis-key, signed by its "
        + "tls-ca-cert-file"
    case .protocolVersion: "add TLSv1.2 or TLSv1.3 to the node's tls-protocols"
    case .noSharedCipher: "add ECDHE with AES-GCM or ChaCha20 to the node's tls-ciphers"
    case .noApplicationProtocol: "name the node itself in --redis, not a proxy in front of it"
    case .notTLS: "name its TLS port (tls-port in redis.conf), or leave --redis-tls out"
    case .unruly, .other: "see the node's log"
    }
  }
}
