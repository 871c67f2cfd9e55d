// What the fault of a connection means to an operator: what happened, and which setting or which
// line of the node's configuration fixes it. The store knows neither the settings nor the
// transport; the backend knows both.

import ClusterStore
import Reactor

extension LinkFault {
  /// What the transport reports, and what to check.
  init(_ fault: TransportFault) {
    self = .reported(code: fault.code, description: "\(fault.description); \(fault.remedy)")
  }

  static let closed = LinkFault.reported(
    code: "closed", description: "the node closed the connection")
  static let noGreeting = LinkFault.reported(
    code: "no-greeting",
    description: "the node ended the connection before its first reply: does it need --redis-tls?")
  static let noMemory = LinkFault.reported(
    code: "no-memory", description: "the kernel cannot watch another connection")
  static let unknownHost = LinkFault.reported(
    code: "unknown-host", description: "its name has no address: check --redis")
  static let noNameService = LinkFault.reported(
    code: "no-name-service", description: "the name service does not answer")

  /// A sentence for the log and `/health`: what happened, and what to check.
  var detail: String { remedy.map { "\(description); \($0)" } ?? description }

  /// Why, or what to check; nil if the description says it all.
  private var remedy: String? {
    switch self {
    case .slowConnect: TransportFault.timedOut.remedy
    // A Redis without TLS takes a ClientHello for the beginning of a line, and waits for its end.
    case .slowHandshake: "it hangs, or its port is a plain one and --redis-tls is wrong"
    case .refused(let kind): kind.detail
    case .silent, .slowGreeting, .brokenProtocol, .demoted, .stranger, .reported: nil
    }
  }
}
