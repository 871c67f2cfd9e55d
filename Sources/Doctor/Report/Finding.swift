// What the doctor reports about one subject: a verdict, what was seen, and what to do about it. A
// finding never contains a secret: it names only the kinds of errors, and no keys.

/// The state of a subject.
public enum Verdict: Int, Comparable, CaseIterable, Sendable {
  /// As it should be.
  case ok
  /// The gateway works, but something will go wrong, or could not be examined.
  case warn
  /// The gateway does not work, or loses sessions.
  case fail

  /// Whether `left` is the better one.
  public static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }

  /// The word in the table.
  public var word: String {
    switch self {
    case .ok: "OK"
    case .warn: "WARN"
    case .fail: "FAIL"
    }
  }
}

/// What the doctor examines. The raw values are for programs and stay the same across versions.
public enum Subject: String, CaseIterable, Sendable {
  case descriptors, certificates, tokens, memory
  case seeds, nodes, credentials, tls, commands, version
  case cluster, slots, replicas, hosts
  case maxmemory, eviction, headroom, persistence
  case nodeTimeout = "node-timeout"
  case clock, latency
}

/// One line of the doctor's report.
public struct Finding: Equatable, Sendable {
  /// What was examined.
  public let subject: Subject
  /// Its state.
  public let verdict: Verdict
  /// What was seen, in a few words.
  public let detail: String
  /// What to do; nil when there is nothing to do.
  public let remedy: String?
  /// The nodes concerned; empty when it concerns all nodes, or the gateway.
  public let nodes: [String]

  /// All is well with `subject`.
  static func ok(_ subject: Subject, _ detail: String) -> Finding {
    Finding(subject: subject, verdict: .ok, detail: detail, remedy: nil, nodes: [])
  }

  /// Something should be done.
  static func warn(
    _ subject: Subject, _ detail: String, on nodes: [String] = [], remedy: String
  ) -> Finding {
    Finding(subject: subject, verdict: .warn, detail: detail, remedy: remedy, nodes: nodes)
  }

  /// Something must be done.
  static func fail(
    _ subject: Subject, _ detail: String, on nodes: [String] = [], remedy: String
  ) -> Finding {
    Finding(subject: subject, verdict: .fail, detail: detail, remedy: remedy, nodes: nodes)
  }
}
