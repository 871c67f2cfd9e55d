// `session-gateway bench` before a running gateway.

import TestLab
import Testing

@Suite("session-gateway bench", .serialized)
struct BenchCommandTests {
  private func bench(_ arguments: [String], at gateway: GatewayProcess) throws -> Command {
    let place = "127.0.0.1:\(gateway.port)"
    return try Command.run(GatewayProcess.program, ["bench", place] + arguments)
  }

  @Test("So many requests and no more, and what became of them")
  func bounded() throws {
    let gateway = try GatewayProcess()
    let ran = try bench(["--requests", "500", "--warm-up", "0s", "--keys", "20"], at: gateway)
    #expect(ran.status == .exited(0))
    #expect(ran.text.contains("\nanswered      500 ("))
    #expect(ran.text.contains("\nfailed        0"))
  }

  @Test("The server's time is counted from the first measured request on, in a short run too")
  func shortRun() throws {
    let gateway = try GatewayProcess()
    let ran = try bench(["--requests", "3000", "--warm-up", "0s", "--keys", "20"], at: gateway)
    #expect(ran.status == .exited(0))
    #expect(ran.text.contains("\nserver's CPU  "))
    #expect(!ran.text.contains("\nserver's CPU  0.00 "))
  }

  @Test("An open loop that falls behind tells of what it did not send, and how long it asked")
  func overloaded() throws {
    let gateway = try GatewayProcess()
    let load = ["--rate", "1000000", "--connections", "1", "--keys", "20"]
    let ran = try bench(load + ["--duration", "100ms", "--warm-up", "0s"], at: gateway)
    #expect(ran.status == .exited(1))
    #expect(ran.text.contains("  due but not sent\n"))
    #expect(ran.text.contains("the percentiles are too good"))
    #expect(!ran.text.contains(", 0.1 s measured"))
  }

  @Test("An open loop that is overloaded from the warm-up on says that nothing else was sent")
  func overloadedBefore() throws {
    let gateway = try GatewayProcess()
    let load = ["--rate", "1000000", "--connections", "1", "--keys", "20"]
    let ran = try bench(load + ["--duration", "1ms", "--warm-up", "1s"], at: gateway)
    #expect(ran.status == .exited(1))
    #expect(ran.text.contains("\nanswered      0 ("))
    #expect(ran.text.contains("  due but not sent\n"))
    #expect(ran.text.contains("the warm-up's requests took all of the time"))
    #expect(!ran.text.contains("too good"))
  }

  @Test("A warm-up that leaves nothing to measure is told of, with the remedy")
  func usedUp() throws {
    let gateway = try GatewayProcess()
    let ran = try bench(["--requests", "500", "--warm-up", "1h"], at: gateway)
    #expect(ran.status == .exited(1))
    #expect(ran.errors.contains("raise --requests or shorten --warm-up"))
  }

  /// Starts a load that only a signal ends, waits until the gateway has counted `what`, and sends SIGINT.
  private func interrupted(
    _ arguments: [String], after what: Regex<Substring>
  ) throws -> (status: TestLab.ExitStatus, told: String) {
    let gateway = try GatewayProcess()
    let folder = try TemporaryFolder()
    let load = ["bench", "127.0.0.1:\(gateway.port)", "--keys", "20"] + arguments
    let running = try ChildProcess(GatewayProcess.program, load, log: folder.file("output"))
    let kept = try gateway.connect()
    try running.wait(until: "enough is answered") {
      try kept.exchange("GET", "/metrics").text.contains(what)
    }
    running.send(signal: 2)
    return (try running.wait(), text(of: folder.file("output")))
  }

  @Test("Ctrl-C ends it with the figures so far")
  func interruptedWhileMeasuring() throws {
    let load = ["--duration", "1h", "--warm-up", "0s"]
    let (status, told) = try interrupted(load, after: /status="204"} [0-9]{3}/)
    #expect(status == .exited(130))
    #expect(told.contains("\nfailed        0"))
    #expect(!told.contains("\nanswered      0 "))
  }

  @Test("Ctrl-C before anything is measured ends it without figures")
  func interruptedEarly() throws {
    let (status, told) = try interrupted(["--warm-up", "1h"], after: /status="204"} [0-9]{3}/)
    #expect(status == .exited(130))
    #expect(told == "bench: ended before anything was measured\n")
  }

  @Test("Requests that fail are told by their status, and make the run fail")
  func failures() throws {
    let gateway = try GatewayProcess()
    let load = ["--no-fill", "--mix", "get=1", "--requests", "300", "--warm-up", "0s"]
    let ran = try bench(load, at: gateway)
    #expect(ran.status == .exited(1))
    #expect(ran.text.contains("300  status 404"))
    // What tells of a problem is no payload.
    #expect(ran.text.contains("\npayload read  0.0 MiB per second\n"))
  }

  @Test("A file that cannot be written is told of before the load, and nothing is asked")
  func unwritable() throws {
    let gateway = try GatewayProcess()
    let folder = try TemporaryFolder()
    for (option, path) in [
      ("--json", folder.file("none/report")), ("--histogram", folder.file(".")),
    ] {
      let ran = try bench(["--requests", "9", "--warm-up", "0s", option, path], at: gateway)
      #expect(ran.status == .exited(64))
      #expect(ran.errors.contains("\(option): \(path): ") && ran.text == "")
    }
  }

  @Test("The figures are written for programs, and the latencies as HdrHistogram writes them")
  func files() throws {
    let gateway = try GatewayProcess()
    let folder = try TemporaryFolder()
    let (json, histogram) = (folder.file("report"), folder.file("latencies"))
    let load = ["--requests", "300", "--warm-up", "0s", "--keys", "20"]
    let ran = try bench(load + ["--json", json, "--histogram", histogram], at: gateway)
    #expect(ran.status == .exited(0))
    #expect(text(of: json).contains("\n  \"answered\": 300,\n"))
    #expect(text(of: histogram).contains(#/ 1\.000000000000 +300\n#\[Mean /#))
  }

  @Test("A server that demands a certificate gets one; without it, its alert is told")
  func certificates() throws {
    let authority = try CertificateAuthority()
    let own = try authority.issue("gateway", names: ["IP:127.0.0.1"])
    let caller = try authority.issue("caller")
    let tls = ["--tls-cert", own.certificate, "--tls-key", own.key]
    let gateway = try GatewayProcess(
      tls + ["--tls-client-ca", authority.certificate], until: .none)
    let load = ["--tls", "--ca", authority.certificate, "--requests", "50", "--warm-up", "0s"]
    let shown = ["--cert", caller.certificate, "--key", caller.key, "--keys", "5"]
    try gateway.process.wait(until: "it serves") {
      try bench(load + shown, at: gateway).status == .exited(0)
    }
    let refused = try bench(load, at: gateway)
    #expect(refused.status == .exited(1) && refused.text == "")
    #expect(refused.errors.contains("alert 116: certificate required"))
  }
}
