import Primitives
import Reactor

/// The gateway's own side: descriptors, certificates, tokens, memory.
extension Examination {
  /// Certificates that end within this are worth a word.
  static let shortLife = 30

  func descriptors() -> Finding {
    let (needed, allowed) = facts.descriptors
    let detail = "\(Amount.grouped(needed)) at most, \(Amount.grouped(allowed)) allowed"
    if allowed >= needed { return .ok(.descriptors, detail) }
    return .warn(
      .descriptors, detail,
      remedy: "Connections beyond it wait in the kernel. LimitNOFILE=\(needed) in a systemd unit,"
        + " ulimits in a compose file, or fewer --workers.")
  }

  func certificates() -> [Finding] {
    facts.certificates.map { file in
      switch file.content {
      case .failure(let fault):
        return .fail(
          .certificates, "\(file.setting): \(fault.description)",
          remedy: "Name a PEM file that this user may read.")
      case .success(let certificate):
        return Self.life(
          .certificates, days: days(until: certificate.notAfter), of: file.setting, nodes: [],
          remedy: "Issue it anew, then SIGHUP.")
      }
    }
  }

  /// What is to be said of a certificate that is valid for so many more days.
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

  /// Whole days from now on, rounded down; negative in the past.
  func days(until end: UnixTime) -> Int {
    let seconds = (end.milliseconds - facts.now.milliseconds) / 1_000
    return seconds >= 0 ? Int(seconds / 86_400) : Int(seconds / 86_400) - 1
  }

  func tokens() -> [Finding] {
    switch facts.tokens {
    case nil: []
    case .read(let tokens, let namespaces):
      [.ok(.tokens, "\(tokens.counted("token")), \(namespaces.counted("namespace"))")]
    case .mistaken(let first, let count):
      [
        .fail(
          .tokens, count == 1 ? first : "\(first), and \((count - 1).counted("more mistake"))",
          remedy: "A line is what session-gateway token prints second.")
      ]
    }
  }

  func embedded() -> [Finding] {
    guard let (limit, machine) = facts.embedded else { return [] }
    let detail = "\(Amount.bytes(limit)) of sessions, in a machine of \(Amount.bytes(machine))"
    if machine > 0, limit > machine / 4 * 3 {
      return [
        .warn(
          .memory, detail,
          remedy: "The kernel may end the gateway before it is full: a smaller --memory-limit.")
      ]
    }
    return [.ok(.memory, detail)]
  }
}
