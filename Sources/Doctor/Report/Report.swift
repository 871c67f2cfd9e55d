// The report for people: a heading, a line for each finding in aligned columns (with its nodes and
// remedy below it, if something is wrong), a table of the nodes, and the totals. Findings are
// wrapped at 80 characters; only a longer word exceeds that.

import Primitives

/// A report of an examination.
public struct Report {
  private let facts: Facts
  let findings: [Finding]
  private let isColored: Bool

  static let width = 80
  /// The column at which subjects begin.
  private static let subject = 8
  /// The column at which details begin.
  private static let detail = 22

  /// A report on `facts`; with colours if it goes to a terminal.
  public init(_ facts: Facts, isColored: Bool = false) {
    self.facts = facts
    self.isColored = isColored
    findings = Examination(facts).findings
  }

  /// The worst verdict in it.
  public var verdict: Verdict { Examination.verdict(of: findings) }

  /// The report, without a final line ending.
  public var text: String {
    var chapters = [[heading], findings.flatMap(lines)]
    if let redis = facts.redis, !redis.nodes.isEmpty {
      chapters.append(NodeTable(redis.nodes, now: facts.now).lines)
    }
    chapters.append([sum])
    return chapters.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// The heading: what was examined.
  private var heading: String {
    guard let redis = facts.redis else {
      return facts.memory == nil
        ? "A gateway in front of Redis, which was not examined"
        : "A gateway that keeps sessions in memory"
    }
    let kind =
      switch redis.isCluster {
      case true?: "a Redis Cluster of \(redis.nodes.count.counted("node"))"
      case false?: "a single Redis"
      case nil: "Redis"
      }
    return "A gateway in front of \(kind)\(redis.expected.isEncrypted ? ", over TLS" : "")"
  }

  private func lines(_ finding: Finding) -> [String] {
    let verdict = finding.verdict.word.padded(to: Self.subject - 2, gap: 1)
    let subject = finding.subject.rawValue.padded(to: Self.detail - Self.subject, gap: 1)
    var detail = finding.detail
    // A single node is named in the line itself, several below it.
    if finding.nodes.count == 1 { detail = "\(finding.nodes[0]): \(detail)" }
    var lines = Self.wrapped(detail, from: Self.detail)
    lines[0] = "  \(colored(verdict, finding.verdict))\(subject)" + lines[0].dropFirst(Self.detail)
    if finding.nodes.count > 1 {
      lines += Self.wrapped(finding.nodes.sorted().joined(separator: " "), from: Self.detail)
    }
    if let remedy = finding.remedy {
      var advice = Self.wrapped(remedy, from: Self.detail + 2)
      let margin = String(repeating: " ", count: Self.detail)
      advice[0] = margin + "> " + advice[0].dropFirst(Self.detail + 2)
      lines += advice
    }
    return lines
  }

  private var sum: String {
    let counts = Verdict.allCases.map { verdict in
      (verdict, findings.count { $0.verdict == verdict })
    }
    let words = counts.map { verdict, count in
      switch verdict {
      case .ok: "\(count) in order"
      case .warn: count.counted("warning")
      case .fail: count.counted("failure")
      }
    }
    return words.joined(separator: ", ") + "."
  }

  private func colored(_ word: String, _ verdict: Verdict) -> String {
    guard isColored else { return word }
    let color =
      switch verdict {
      case .ok: "32"
      case .warn: "33"
      case .fail: "1;31"
      }
    return "\u{1B}[\(color)m\(word)\u{1B}[0m"
  }

  /// The text wrapped into lines, each indented by `margin`; at least one line.
  private static func wrapped(_ text: String, from margin: Int) -> [String] {
    let lines = text.lines(of: width - margin)
    return (lines.isEmpty ? [""] : lines).map { String(repeating: " ", count: margin) + $0 }
  }
}
