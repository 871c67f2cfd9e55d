import Primitives
import Redis
import Testing

@testable import Doctor

@Suite("The doctor's report")
struct ReportTests {
  private func report(colored: Bool = false, _ change: (inout RedisFacts) -> Void) -> Report {
    var facts = Facts(now: Recorded.now, descriptors: (1_000, 2_000))
    var redis = Recorded.cluster
    change(&redis)
    facts.redis = redis
    return Report(facts, isColored: colored)
  }

  @Test("Columns are aligned, no line is wider than 80, the remedy stands below")
  func table() {
    let text = report { $0.nodes[0].set("maxmemory_policy", "allkeys-lru") }.text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 && $0.last != " " })
    #expect(lines[0] == "A gateway in front of a Redis Cluster of 6 nodes, over TLS")
    #expect(lines.contains("  OK    slots         all 16,384 have an owner"))
    let at = lines.firstIndex { $0.hasPrefix("  WARN  eviction      10.0.0.1:7000: allkeys-lru") }
    #expect(at.map { lines[$0 + 1] }?.hasPrefix("                      > CONFIG SET") == true)
    #expect(lines.last == "16 in order, 1 warning, 0 failures.")
    #expect(text.contains("\n  node           role     version"))
  }

  @Test("Colours are put around verdicts only")
  func colors() {
    let plain = report { _ in }.text
    var colored = report(colored: true) { _ in }.text
    #expect(colored.contains("\u{1B}[32mOK"))
    for code in ["\u{1B}[32m", "\u{1B}[0m"] { colored = colored.replacing(code, with: "") }
    #expect(colored == plain)
  }

  @Test("The worst verdict is the report's")
  func verdict() {
    #expect(report { _ in }.verdict == .ok)
    #expect(report { $0.nodes[0].set("maxmemory", "0") }.verdict == .warn)
    #expect(report { $0.coveredSlots = 0 }.verdict == .fail)
  }
}
