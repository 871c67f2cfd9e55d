// The report as JSON for programs.

import Histogram
import Primitives

extension LoadReport {
  /// The figures as one JSON object: times in microseconds, rates per second.
  public var json: String {
    let operations = LoadOperation.allCases.filter { plan.mix.values.contains($0) }
    let latencies =
      operations.map { ($0.name, Self.figures(tally.latencies[$0.rawValue])) }
      + [("all", Self.figures(tally.all))]
    return JSONValue.object(
      [
        ("connections", .number(plan.connections)),
        ("idle_connections", .number(plan.idleConnections)),
        ("due_per_second", plan.rate.map(JSONValue.number) ?? .null),
        ("seconds", .number(seconds, decimals: 3)),
        ("answered", .number(tally.answered)),
        ("succeeded", .number(tally.succeeded)),
        ("failed", .number(tally.failed)),
        ("failures", .object(failures.map { ($0.reason, .number($0.count)) })),
        ("connections_refused", .number(tally.refusedConnections)),
        ("idle_connections_ended", .number(tally.idleEnded)),
        ("per_second", .number(rate, decimals: 1)),
        ("payload_bytes_read", .number(tally.bytesRead)),
        ("server_cpu_us", serverMicroseconds.map { .number($0, decimals: 3) } ?? .null),
        ("own_cpu_us", ownMicroseconds.map { .number($0, decimals: 3) } ?? .null),
        ("latency_us", .object(latencies)),
      ], onLines: true
    ).text
  }

  private static func figures(_ latencies: Tally.Latencies) -> JSONValue {
    var members: [(String, JSONValue)] = [("count", .number(Int(latencies.totalCount)))]
    if latencies.totalCount > 0 {
      members += percentiles.map {
        ($0.name, microseconds(latencies.valueAtPercentile($0.value)))
      }
      members.append(("max", microseconds(latencies.max)))
    }
    return .object(members)
  }

  private static func microseconds(_ nanoseconds: UInt64) -> JSONValue {
    .number(Double(nanoseconds) / 1_000, decimals: 1)
  }
}
