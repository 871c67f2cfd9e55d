// The report as JSON for programs: numbers, and texts of characters that need no escaping.

import Histogram

extension LoadReport {
  /// The figures as one JSON object: times in microseconds, rates per second.
  public var json: String {
    let operations = LoadOperation.allCases.filter { plan.mix.values.contains($0) }
    let latencies =
      operations.map { Self.member($0.name, Self.object($0, tally)) }
      + [Self.member("all", Self.object(tally.all))]
    let failures = failures.map { Self.member($0.reason, "\($0.count)") }
    let members = [
      Self.member("connections", "\(plan.connections)"),
      Self.member("idle_connections", "\(plan.idleConnections)"),
      Self.member("due_per_second", plan.rate.map { "\($0)" } ?? "null"),
      Self.member("seconds", seconds.rounded(to: 3)),
      Self.member("answered", "\(tally.answered)"),
      Self.member("succeeded", "\(tally.succeeded)"),
      Self.member("failed", "\(tally.failed)"),
      Self.member("failures", "{\(failures.joined(separator: ", "))}"),
      Self.member("connections_refused", "\(tally.refusedConnections)"),
      Self.member("idle_connections_ended", "\(tally.idleEnded)"),
      Self.member("per_second", rate.rounded(to: 1)),
      Self.member("payload_bytes_read", "\(tally.bytesRead)"),
      Self.member("server_cpu_us", serverMicroseconds?.rounded(to: 3) ?? "null"),
      Self.member("own_cpu_us", ownMicroseconds?.rounded(to: 3) ?? "null"),
      Self.member("latency_us", "{\(latencies.joined(separator: ", "))}"),
    ]
    return "{\n  \(members.joined(separator: ",\n  "))\n}"
  }

  private static func object(_ operation: LoadOperation, _ tally: Tally) -> String {
    object(tally.latencies[operation.rawValue])
  }

  private static func object(_ latencies: Tally.Latencies) -> String {
    var members = [member("count", "\(latencies.totalCount)")]
    if latencies.totalCount > 0 {
      members += percentiles.map {
        member($0.name, microseconds(latencies.valueAtPercentile($0.value)))
      }
      members.append(member("max", microseconds(latencies.max)))
    }
    return "{\(members.joined(separator: ", "))}"
  }

  private static func microseconds(_ nanoseconds: UInt64) -> String {
    (Double(nanoseconds) / 1_000).rounded(to: 1)
  }

  private static func member(_ name: String, _ value: String) -> String { "\"\(name)\": \(value)" }
}
