// What a connection's fault means to an operator: what happened, and which setting or which line of
// the node's configuration fixes it. The transport does not know the settings, and the store does
// not know the transport; the backend knows both.

import ClusterStore
import Reactor

extension LinkFault {
  /// What the transport reports, and what to check.
  init(_ fault: TransportFault) {
    let remedy = fault.remedy.map { ": \($0)" } ?? ""
    self.init(code: fault.code, detail: fault.description + remedy)
  }

  static let closed = LinkFault(code: "closed", detail: "the node closed the connection")
  static let noGreeting = LinkFault(
    code: "no-greeting",
    detail: "the node ended the connection before its first reply: does it need --redis-tls?")
  static let noMemory = LinkFault(
    code: "no-memory", detail: "the kernel cannot watch another connection")
  static let unknownHost = LinkFault(
    code: "unknown-host", detail: "its name has no address: check --redis")
  static let noNameService = LinkFault(
    code: "no-name-service", detail: "the name service does not answer")
}

extension TransportFault {
  /// What to check; nil if the fault itself says it.
  var remedy: String? {
    switch self {
    case .refused: "is the node up, and is its port the one of --redis?"
    case .tls(let fault): fault.remedy
    case .reset, .closed, .timedOut, .unreachable, .system: nil
    }
  }
}

extension TLSFault {
  /// What to check; nil if there is no advice.
  fileprivate var remedy: String? {
    switch self {
    case .certificateExpired: "renew the node's tls-cert-file, or --redis-ca"
    case .certificateNotYetValid: "check both clocks and the node's tls-cert-file"
    case .unknownAuthority: "check --redis-ca and the node's tls-cert-file"
    case .nameMismatch: "check --redis-server-name and the node's tls-cert-file"
    case .wrongPurpose, .badCertificate: "issue a new tls-cert-file for the node, for servers"
    case .alert: "check --redis-cert and --redis-key, and the node's tls-ca-cert-file"
    case .protocolVersion: "add TLSv1.2 or TLSv1.3 to the node's tls-protocols"
    case .noSharedCipher: "add ECDHE with AES-GCM or ChaCha20 to the node's tls-ciphers"
    case .notTLS: "name its TLS port in --redis, or leave --redis-tls out"
    case .certificateMissing, .noApplicationProtocol, .unruly, .other: nil
    }
  }
}
