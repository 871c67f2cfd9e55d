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

  @Test("A warm-up that leaves nothing to measure is told of, with the remedy")
  func usedUp() throws {
    let gateway = try GatewayProcess()
    let ran = try bench(["--requests", "500", "--warm-up", "1h"], at: gateway)
    #expect(ran.status == .exited(1))
    #expect(ran.errors.contains("raise --requests or shorten --warm-up"))
  }

  @Test("Requests that fail are told by their status, and make the run fail")
  func failures() throws {
    let gateway = try GatewayProcess()
    let load = ["--no-fill", "--mix", "get=1", "--requests", "300", "--warm-up", "0s"]
    let ran = try bench(load, at: gateway)
    #expect(ran.status == .exited(1))
    #expect(ran.text.contains("300  status 404"))
  }
}
