// The report for people: what was looked at, a line for each finding in aligned columns, under each
// one that is not in order its nodes and the remedy, and the sum. No line is wider than 80.

import Primitives

/// A report of an examination.
public struct Report {
  private let facts: Facts
  let findings: [Finding]
  private let isColored: Bool

  static let width = 80
  /// Where subjects and details begin.
  private static let subject = 8
  private static let detail = 22

  /// A report on `facts`; in colours where it goes to a terminal.
  public init(_ facts: Facts, isColored: Bool = false) {
    self.facts = facts
    self.isColored = isColored
    findings = Examination(facts).findings
  }

  /// The worst verdict in it.
  public var verdict: Verdict { Examination.verdict(of: findings) }

  /// The report, without a line end.
  public var text: String {
    var chapters = [[heading], findings.flatMap(lines)]
    if let redis = facts.redis, !redis.nodes.isEmpty {
      chapters.append(NodeTable(redis.nodes, now: facts.now).lines)
    }
    chapters.append([sum])
    return chapters.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// What was examined.
  private var heading: String {
    guard let redis = facts.redis else {
      return facts.embedded == nil
        ? "A gateway before Redis, which was not asked" : "A gateway with the store in its memory"
    }
    let kind =
      switch redis.isCluster {
      case true?: "a Redis Cluster of \(redis.nodes.count.counted("node"))"
      case false?: "a single Redis"
      case nil: "Redis"
      }
    return "A gateway before \(kind)\(redis.wishes.isEncrypted ? ", over TLS" : "")"
  }

  private func lines(_ finding: Finding) -> [String] {
    let verdict = finding.verdict.word.padding(to: Self.subject - 2)
    let subject = finding.subject.rawValue.padding(to: Self.detail - Self.subject)
    var detail = finding.detail
    // One node stands in the line itself, several under it.
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

  /// Lines of words, each behind a margin of `margin`; at least one.
  private static func wrapped(_ text: String, from margin: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, margin + last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    if lines.isEmpty { lines = [""] }
    return lines.map { String(repeating: " ", count: margin) + $0 }
  }
}

extension String {
  /// The text with spaces behind it up to `width`, and at least one.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
