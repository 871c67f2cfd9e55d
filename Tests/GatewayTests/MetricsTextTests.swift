// The text that Prometheus reads, byte for byte.

import Primitives
import Testing

@testable import Gateway

@Suite("The metrics' text")
struct MetricsTextTests {
  private func text(_ write: (inout MetricsText) -> Void) -> String {
    var text = MetricsText()
    write(&text)
    let content = text.finish()
    return unsafe content.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  @Test("A family and its samples, each with its own labels")
  func samples() {
    let page = text {
      $0.gauge("workers", "Event loops.", 2)
      $0.family("requests_total", .counter, "Answers.")
      $0.label("method", "GET")
      $0.label("status", decimal: 200)
      $0.label("node", text: "[::1]:7000")
      $0.sample(12_345_678_901)
      $0.label("method", "PUT")
      $0.sample(0)
      $0.family("cpu_seconds_total", .counter, "Time.", of: "process_")
      $0.sample(0.25)
    }
    #expect(
      page == """
        # HELP session_gateway_workers Event loops.
        # TYPE session_gateway_workers gauge
        session_gateway_workers 2
        # HELP session_gateway_requests_total Answers.
        # TYPE session_gateway_requests_total counter
        session_gateway_requests_total{method="GET",status="200",node="[::1]:7000"} 12345678901
        session_gateway_requests_total{method="PUT"} 0
        # HELP process_cpu_seconds_total Time.
        # TYPE process_cpu_seconds_total counter
        process_cpu_seconds_total 0.25

        """)
  }

  @Test("A histogram's buckets are sums, and its bounds and sum are seconds")
  func durations() {
    var durations = DurationCounts()
    for microseconds in [1, 100, 101, 1_000_000, 20_000_000] {
      durations.count(TimeSpan(nanoseconds: Int64(microseconds) * 1_000))
    }
    let lines = text {
      $0.family("took_seconds", .histogram, "Took.")
      $0.label("node", "a:1")
      $0.histogram(durations)
    }.split(separator: "\n").dropFirst(2)
    #expect(lines.count == 19)
    let name = "session_gateway_took_seconds"
    let bounds = [
      "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
      "0.25",
      "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf",
    ]
    let totals = [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5]
    for (line, (bound, total)) in zip(lines, zip(bounds, totals)) {
      #expect(line == "\(name)_bucket{node=\"a:1\",le=\"\(bound)\"} \(total)")
    }
    #expect(
      Array(lines.suffix(2)) == [
        "\(name)_sum{node=\"a:1\"} 21.000202", "\(name)_count{node=\"a:1\"} 5",
      ])
  }

  @Test("One in which nothing was counted is left out, and its labels are nobody else's")
  func empty() {
    let page = text {
      $0.family("took_seconds", .histogram, "Took.")
      $0.label("node", "a:1")
      $0.histogram(DurationCounts())
      $0.histogram([1, 0, 2], sum: 9)
    }
    #expect(
      page == """
        # HELP session_gateway_took_seconds Took.
        # TYPE session_gateway_took_seconds histogram
        session_gateway_took_seconds_bucket{le="1"} 1
        session_gateway_took_seconds_bucket{le="2"} 1
        session_gateway_took_seconds_bucket{le="+Inf"} 3
        session_gateway_took_seconds_sum 9
        session_gateway_took_seconds_count 3

        """)
  }
}
