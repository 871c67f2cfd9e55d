import TestLab
import Testing

@Suite("session-gateway plan")
struct PlanTests {
  private func plan(_ arguments: [String]) throws -> String {
    try Command.succeed(GatewayProcess.program, ["plan"] + arguments).text
  }

  /// The quantity of the row with this name.
  private func row(_ name: String, in text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix("  \(name)  ") }.map {
      let rest = $0.dropFirst(name.count + 2).drop { $0 == " " }
      return String(rest.split(separator: "  ")[0])
    }
  }

  @Test("A mistake is told with its bounds and the command's own usage")
  func mistakes() throws {
    let said = try Command.run(GatewayProcess.program, ["plan", "--servers", "5000"])
    #expect(said.status == .exited(64))
    let lines = said.errors.split(separator: "\n")
    #expect(lines.first == "Error: --servers must be a whole number from 1 to 1000")
    #expect(lines.dropFirst().first?.hasPrefix("Usage: session-gateway plan ") == true)
    #expect(lines.last == "  See 'session-gateway plan --help' for more information.")
  }

  @Test("A gateway without clients has no more descriptors open than are left beside its places")
  func descriptors() throws {
    let flags = ["--workers", "8", "--admin-listen", "127.0.0.1:0"]
    let gateway = try GatewayProcess(flags, until: .none)
    try gateway.process.wait(until: "it listens") { gateway.log.contains("listening") }
    let planned = try #require(Int(row("descriptors", in: try plan(flags)) ?? ""))
    #expect(gateway.process.descriptorCount <= planned - 8 * (8_192 + 16))
  }

  @Test("Settings change what follows from them")
  func settings() throws {
    let small = try plan(["--workers", "1", "--max-body", "64KiB"])
    #expect(row("body (--max-body)", in: small) == "64 KiB")
    // The bound, and a body and a read of 64 KiB.
    #expect(row("clients' buffers", in: small) == "256 MiB")
    #expect(row("clients' TLS", in: small) == nil)
    let bounded = try plan([
      "--workers", "2", "--client-buffers", "16MiB", "--memory-limit", "8MiB",
    ])
    #expect(row("clients' buffers", in: bounded) == "18.1 MiB")
    let memory = try #require(row("memory", in: bounded))
    #expect(memory.hasSuffix(" MiB") && Double(memory.dropLast(4))! < 128, "\(memory)")
    // There is always room for one request of the largest size.
    let tight = try plan(["--workers", "1", "--client-buffers", "1MiB", "--max-body", "8MiB"])
    #expect(row("clients' buffers", in: tight) == "24.3 MiB")
    #expect(row("connections to Redis", in: small) == nil)
    let large = try plan(["--workers", "3", "--redis", "127.0.0.1:7000", "--nodes", "5"])
    #expect(row("connections to Redis", in: large) == "15")
    #expect(row("sessions (--memory-limit)", in: large) == nil)
  }

  /// Measured with redis-server 7.0.15 in cluster mode, 20,000 keys of 48 bytes with a timeout:
  /// 412, 1,465, 5,305 and 20,665 bytes each.
  @Test(
    "A session takes in Redis what was measured there, within two percent",
    arguments: [(100, 412), (1_000, 1_465), (4_096, 5_305), (20_000, 20_665)])
  func sessions(size: Int, measured: Int) throws {
    let text = try plan(["--sessions", "1000000000", "--size", "\(size)"])
    let shown = try #require(row("all primaries", in: text))
    let gibibytes = try #require(Double(shown.split(separator: " ")[0]))
    let unit = shown.hasSuffix("TiB") ? 1_099_511_627_776.0 : 1_073_741_824
    let bytes = gibibytes * unit / 1e9
    let rounding = 0.05 * unit / 1e9
    #expect(abs(bytes - Double(measured)) < Double(measured) * 0.02 + rounding)
  }

  @Test("A lost server's share is told")
  func loss() throws {
    #expect(try plan(["--sessions", "1000"]).contains("Of 3 servers one may be lost"))
    #expect(try plan(["--sessions", "1000", "--servers", "2"]).contains("no majority"))
  }

  @Test(
    "What is no number is a mistake",
    arguments: ["x", "-1", "1.5", "", "99999999999999999999", "-9007199254740993KiB"])
  func mistakes(text: String) throws {
    let made = try Command.run(GatewayProcess.program, ["plan", "--sessions=\(text)"])
    #expect(made.status == .exited(64))
  }

  @Test("The largest of everything is reckoned with")
  func largest() throws {
    let text = try plan([
      "--sessions", "1000000000", "--size", "1024MiB", "--rate", "1000000000", "--nodes", "1000",
    ])
    #expect(text.contains("Tbit/s"))
  }
}
