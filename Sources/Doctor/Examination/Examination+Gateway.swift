import Primitives
import Reactor

/// The gateway's own side: descriptors, certificates, tokens, memory.
extension Examination {
  /// Certificates with fewer days left get a warning.
  static let shortLife = 30

  func descriptors() -> Finding {
    let (needed, allowed) = facts.descriptors
    let detail = "\(Amount.grouped(needed)) at most, \(Amount.grouped(allowed)) allowed"
    if allowed >= needed { return .ok(.descriptors, detail) }
    return .warn(
      .descriptors, detail,
      remedy:
        "Connections beyond it wait in the kernel. Set LimitNOFILE=\(needed) in a systemd unit,"
        + " ulimits in a compose file, or fewer --workers.")
  }

  func certificates() -> [Finding] {
    facts.certificates.map { file in
      switch file.content {
      case .failure(let fault):
        return .fail(
          .certificates, "\(file.setting): \(fault.description)", remedy: Self.remedy(for: fault))
      case .success(let certificate):
        return Self.life(
          .certificates, days: facts.now.days(until: certificate.notAfter), of: file.setting,
          nodes: [],
          remedy: "Issue a new one, then send SIGHUP.")
      }
    }
  }

  private static func remedy(for fault: TLSSettingsFault) -> String {
    switch fault {
    case .keyMismatch: "Name the key that the certificate was issued for."
    case .keyEncrypted: "openssl pkey -in KEY -out NEW stores it so."
    default: "Name a PEM file that this user may read."
    }
  }

  /// The finding for a certificate that expires in `days` days; negative if it has expired.
  static func life(
    _ subject: Subject, days: Int, of what: String, nodes: [String], remedy: String
  ) -> Finding {
    if days < 0 {
      return .fail(
        subject, "\(what): expired \((-days).counted("day")) ago", on: nodes, remedy: remedy)
    }
    let detail = "\(what): \(days.counted("day")) left"
    if days < shortLife { return .warn(subject, detail, on: nodes, remedy: remedy) }
    return .ok(subject, detail)
  }

  func tokens() -> [Finding] {
    let stray = facts.strayPolicies.joined(separator: ", ")
    return switch facts.tokens {
    case .read where !stray.isEmpty, nil where !stray.isEmpty:
      [
        .warn(
          .tokens, "the config file has policies for namespaces without a token: \(stray)",
          remedy: "Correct the name, or add a token of that namespace.")
      ]
    case nil: []
    case .read(let tokens, let namespaces):
      [.ok(.tokens, "\(tokens.counted("token")), \(namespaces.count.counted("namespace"))")]
    case .mistaken(let first, let count):
      [
        .fail(
          .tokens, count == 1 ? first : "\(first), and \((count - 1).counted("more mistake"))",
          remedy: "session-gateway token prints such a line second.")
      ]
    }
  }

  func memory() -> [Finding] {
    guard let (limit, machine) = facts.memory else { return [] }
    let detail = "\(Amount.bytes(limit)) of sessions, on a machine of \(Amount.bytes(machine))"
    if machine > 0, limit > machine / 4 * 3 {
      return [
        .warn(
          .memory, detail,
          remedy: "The kernel may kill the gateway before it is full: lower --memory-limit.")
      ]
    }
    return [.ok(.memory, detail)]
  }
}
