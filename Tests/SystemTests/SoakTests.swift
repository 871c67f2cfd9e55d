// 64 connections, each with its own sessions of 20 KB, through a TLS cluster: no request fails, every
// byte that is read is the one that was put, memory stays flat and no descriptor is left behind.
// SOAK_SECONDS says how long, 30 without it.

import Foundation
import TestLab
import Testing

@Suite struct SoakTests {
  private var seconds: Int {
    ProcessInfo.processInfo.environment["SOAK_SECONDS"].flatMap { Int($0) } ?? 30
  }

  @Test func sessionsThroughTheTLSCluster() async throws {
    let gateway = try GatewayProcess(
      try Gateways.flags(.tlsCluster) + ["--workers", "2"], until: .ready)
    #expect(try gateway.ask("PUT", freshPath(), body: [1]).status == 201)
    let descriptors = gateway.process.descriptorCount
    let soak = Soak(port: gateway.port, connections: 64)
    var resident: [Int] = []
    for _ in 0..<seconds * 10 where !soak.isOver {
      try await Task.sleep(for: .milliseconds(100))
      resident.append(gateway.process.residentBytes)
    }
    let report = try soak.end()
    #expect(report.fault == nil)
    // Far below what any machine does; it tells a stall from progress.
    #expect(report.requests > seconds * 64)

    // What grows with the load has grown in the first half.
    let half = resident.count / 2
    let (early, late) = (resident[..<half].max() ?? 0, resident[half...].max() ?? 0)
    let growth = max(0, late - early)
    #expect(early > 0 && growth <= 4 << 20, "\(early >> 10) KiB, then \(late >> 10) KiB")
    try eventually("the connections' descriptors are closed") {
      gateway.process.descriptorCount <= descriptors
    }
    let failures = try gateway.ask("GET", "/metrics").text.split(separator: "\n").filter {
      $0.hasPrefix("session_gateway_requests_total{route=\"/v1/") && $0.contains("status=\"5")
    }
    #expect(failures.isEmpty)
    #expect(try gateway.terminate() == .exited(0))
    print(
      "soak: \(report.requests) requests in \(seconds) s, \(early >> 10) KiB resident, then \(late >> 10) KiB"
    )
  }
}
