// 64 connections, each with its own sessions of 20 KB, through a TLS cluster, beside a caller that uses
// all of the contract, hostile peers, scrapes and reloads: no honest request fails, every byte that is
// read is the one that was put, memory stays flat and no descriptor is left behind. SOAK_SECONDS says
// how long, 30 without it; `make soak` takes minutes.

import Foundation
import TestLab
import Testing

@Suite struct SoakTests {
  private var seconds: Int {
    ProcessInfo.processInfo.environment["SOAK_SECONDS"].flatMap { Int($0) } ?? 30
  }

  @Test func everythingAtOnce() throws {
    let folder = try TemporaryFolder()
    let made = try Command.succeed(
      GatewayProcess.program,
      ["token", "--namespace", "soak", "--rights", "read,write", "--name", "soak"]
    ).text.split(separator: "\n")
    let fields = ["Authorization": "Bearer \(made[0])"]
    let line = "Authorization: Bearer \(made[0])\r\n"
    let gateway = try GatewayProcess(
      try Gateways.flags(.tlsCluster) + [
        "--workers", "2", "--tokens-file", try folder.write("tokens", made[1] + "\n"),
        "--client-buffers", "32MiB", "--access-log", "--log-format", "json",
      ], until: .ready)
    let large = "/v1/sessions/" + fresh("large")
    #expect(try gateway.ask("PUT", large, fields, body: payload(900_000)).status == 201)
    // Ready: each worker has its connections to the cluster.
    let descriptors = gateway.process.descriptorCount
    let soak = Soak(port: gateway.port, connections: 64, field: line)
    let caller = try Company.caller(port: gateway.port, fields)
    let hostiles = Company.hostiles(port: gateway.port, line, large: large)
    let scrapes = Company.operatorAtWork(gateway)
    // All are there, and hold what they hold: what is measured from here on does not grow.
    try eventually("the load is at its height", within: .seconds(120)) {
      soak.isOver || (hostiles.rounds > 120 && caller.rounds > 2 && scrapes.rounds > 2)
    }
    var (resident, opened) = ([Int](), [Int]())
    // A task that sleeps would wake up behind all tests that wait for one of the few threads of Swift's
    // pool, each time, and the load would go on for as long as the whole run.
    for _ in 0..<seconds * 10 where !soak.isOver {
      usleep(100_000)
      resident.append(gateway.process.residentBytes)
      opened.append(gateway.process.descriptorCount)
    }
    // Far below what any machine does in that time; it tells a stall from progress.
    try eventually("each has got on", within: .seconds(120)) {
      soak.isOver || (caller.rounds > seconds && hostiles.rounds > seconds)
    }
    let met = try bounds(gateway)
    for company in [hostiles, caller, scrapes] {
      let fault = try company.end()
      #expect(fault == nil)
    }
    let report = try soak.end()
    #expect(report.fault == nil)
    #expect(report.requests > seconds * 64)
    let (early, late) = halves(resident)
    #expect(early > 0 && late - early <= 8 << 20, "\(early >> 10) KiB, then \(late >> 10) KiB")
    // The load, hostile peers and a few that come and go. After a pause of the gateway those that went
    // meanwhile are let in once more; what would stay is always there.
    let least = opened.suffix(opened.count / 2).min() ?? 0
    #expect(least <= descriptors + 64 + 70 + 20, "\(least) descriptors")
    // While primaries were slow, each of two workers may have asked the three replicas for the topology.
    try eventually("the connections' descriptors are closed", within: .seconds(120)) {
      gateway.process.descriptorCount <= descriptors + 2 + 2 * 3
    }
    for held in ["client_buffer_bytes ", "requests_in_flight "] {
      try eventually("nothing is left of \(held)") {
        try gateway.metric("session_gateway_" + held) == 0
      }
    }
    let failures = try gateway.ask("GET", "/metrics").text.split(separator: "\n").filter {
      $0.hasPrefix("session_gateway_requests_total{route=\"/v1/") && $0.contains("status=\"5")
    }
    #expect(failures.isEmpty, "\(failures)")
    #expect(!gateway.log.contains(made[0]) && !gateway.log.contains(large))
    #expect(try gateway.terminate() == .exited(0))
    let load =
      "\(report.requests) requests, \(caller.rounds) whole lives, \(hostiles.rounds) hostile peers"
    let memory = "\(early >> 10) KiB resident, then \(late >> 10) KiB"
    print("soak: \(load), \(scrapes.rounds) scrapes in \(seconds) s; \(memory); \(met)")
  }

  /// The most in either half: what grows with the load has grown in the first.
  private func halves(_ values: [Int]) -> (early: Int, late: Int) {
    let half = values.count / 2
    return (values[..<half].max() ?? 0, values[half...].max() ?? 0)
  }

  /// The bounds that were met, for the report.
  private func bounds(_ gateway: GatewayProcess) throws -> String {
    let lines = try gateway.ask("GET", "/metrics").text.split(separator: "\n").filter {
      $0.hasPrefix("session_gateway_limits_total") && !$0.hasSuffix(" 0")
    }
    return lines.map { String($0.split(separator: "\"")[1] + $0.split(separator: "}")[1]) }
      .joined(separator: ", ")
  }
}
