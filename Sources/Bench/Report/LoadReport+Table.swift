// The report as a table for a terminal.

import Histogram
import Primitives

extension LoadReport {
  /// The figures as lines of text, without a final line ending.
  public var table: String {
    var lines = [headline, ""]
    lines.append(Self.row(["", "requests", "p50", "p90", "p99", "p99.9", "max"]))
    for operation in LoadOperation.allCases where plan.mix.values.contains(operation) {
      lines.append(row(operation.name, tally.latencies[operation.rawValue]))
    }
    if plan.mix.values.count > 1 { lines.append(row("all", tally.all)) }
    lines.append("")
    lines += facts.map { "\($0.name.padded(to: 14))\($0.value)" }
    return lines.joined(separator: "\n")
  }

  private var headline: String {
    let kind =
      plan.rate.map { "open loop, \($0.counted("request")) due per second" } ?? "closed loop"
    let connections = plan.connections.counted("connection")
    return "\(plan.authority), \(kind), \(connections),"
      + " \(seconds.rounded(to: 1)) s measured"
  }

  private var facts: [(name: String, value: String)] {
    var facts = [
      (name: "answered", value: "\(tally.answered) (\(rate.rounded(to: 0)) per second)"),
      (name: "payload read", value: "\(mebibytesRead.rounded(to: 1)) MiB per second"),
      (name: "failed", value: "\(tally.failed)"),
    ]
    facts += failures.map { (name: "", value: "\($0.count)  \($0.reason)") }
    if tally.unsent > 0 {
      facts.append((name: "", value: Self.meaning(ofUnsent: tally)))
    }
    if tally.refusedConnections > 0 {
      let attempts = tally.refusedConnections.counted("attempt")
      facts.append((name: "not connected", value: attempts))
    }
    if tally.idleEnded > 0 {
      let ended = tally.idleEnded.counted("connection")
      facts.append((name: "idle", value: "\(ended) closed by the server"))
    }
    if let server = serverMicroseconds {
      facts.append((name: "server's CPU", value: "\(server.rounded(to: 2)) us a request"))
    }
    if let own = ownMicroseconds {
      facts.append((name: "own CPU", value: "\(own.rounded(to: 2)) us a request"))
    }
    return facts
  }

  /// What requests that were due and never sent mean for the other figures.
  private static func meaning(ofUnsent tally: Tally) -> String {
    tally.unsent == tally.failed && tally.answered == 0
      ? "the warm-up's requests took all of the time: lower --rate"
      : "those have no latency, so the percentiles are too good"
  }

  private func row(_ name: String, _ latencies: Tally.Latencies) -> String {
    let values = Self.percentiles.map { latencies.valueAtPercentile($0.value) } + [latencies.max]
    let times = values.map { latencies.totalCount == 0 ? "-" : Self.time($0) }
    return Self.row([name, "\(latencies.totalCount)"] + times)
  }

  private static func row(_ cells: [String]) -> String {
    cells[0].padded(to: 8)
      + cells.dropFirst().map { $0.aligned(to: 11) }.joined()
  }

  /// A duration in nanoseconds, shown in us without decimals, or in ms or s with two.
  static func time(_ nanoseconds: UInt64) -> String {
    let value = Double(nanoseconds)
    return switch value {
    case ..<1e6: "\((value / 1e3).rounded(to: 0)) us"
    case ..<1e9: "\((value / 1e6).rounded(to: 2)) ms"
    default: "\((value / 1e9).rounded(to: 2)) s"
    }
  }
}
