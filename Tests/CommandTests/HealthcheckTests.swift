// `session-gateway healthcheck` before gateways in all states.

import TestLab
import Testing

@Suite("session-gateway healthcheck", .serialized)
struct HealthcheckTests {
  private func ask(_ arguments: [String], environment: [String: String] = [:]) throws -> Command {
    try Command.run(
      GatewayProcess.program, ["healthcheck"] + arguments, environment: environment)
  }

  /// Patience with a busy machine.
  private let patience = ["--timeout", "60"]

  @Test("0 when the gateway is ready, by flag and by environment")
  func ready() throws {
    let gateway = try GatewayProcess(until: .ready)
    let address = "127.0.0.1:\(gateway.port)"
    let asked = try ask(["--listen", address] + patience)
    #expect(asked.status == .exited(0))
    #expect(asked.output.isEmpty && asked.errors.isEmpty)
    let variables = ["SESSION_GATEWAY_LISTEN": address]
    #expect(try ask(patience, environment: variables).status == .exited(0))
    let any = ["--listen", "0.0.0.0:\(gateway.port)", "--allow-anonymous"] + patience
    #expect(try ask(any).status == .exited(0))
  }

  @Test("1 when nobody listens, and why")
  func down() throws {
    let asked = try ask(["--listen", "127.0.0.1:\(FreePorts.one())"] + patience)
    #expect(asked.status == .exited(1))
    #expect(asked.errors.contains("/readyz failed: nothing listens"))
  }

  @Test("1 when its host has no address, and which host that is")
  func unknownHost() throws {
    let asked = try ask(["--listen", "no-such-host.invalid:80", "--allow-anonymous"] + patience)
    #expect(asked.status == .exited(1))
    #expect(asked.errors.contains("no address is known for the host no-such-host.invalid"))
  }

  @Test("1 when the store does not serve, but the process lives")
  func notReady() throws {
    let gateway = try GatewayProcess(["--redis", "127.0.0.1:\(FreePorts.one())"])
    let listen = ["--listen", "127.0.0.1:\(gateway.port)"] + patience
    let asked = try ask(listen)
    #expect(asked.status == .exited(1))
    #expect(asked.errors.contains("/readyz returned 503"))
    #expect(try ask(listen + ["--path", "/livez"]).status == .exited(0))
    #expect(try ask(listen + ["--path=/livez"]).status == .exited(0))
  }

  @Test("1 in time when the gateway accepts and says nothing")
  func silent() throws {
    let gateway = try GatewayProcess(["--workers", "1"])
    gateway.process.pause()
    let asked = try ask(["--listen", "127.0.0.1:\(gateway.port)", "--timeout", "1"])
    gateway.process.resume()
    #expect(asked.status == .exited(1))
  }

  @Test("It speaks TLS to a gateway that does, and shows a certificate where one is needed")
  func secure() throws {
    let authority = try CertificateAuthority()
    let identity = try authority.issue("elsewhere", names: ["DNS:sessions.example"])
    let tls = ["--tls-cert", identity.certificate, "--tls-key", identity.key]
    let gateway = try GatewayProcess(tls, until: .none)
    let listen = ["--listen", "127.0.0.1:\(gateway.port)"]
    try gateway.process.wait(until: "it is healthy") {
      try ask(listen + tls).status == .exited(0)
    }
    #expect(try ask(listen + patience).status == .exited(1))

    let strict = try GatewayProcess(
      tls + ["--tls-client-ca", authority.certificate], until: .none)
    let asked = ["--listen", "127.0.0.1:\(strict.port)"] + tls
    let shown = asked + ["--cert", identity.certificate, "--key", identity.key]
    try strict.process.wait(until: "it is healthy") { try ask(shown).status == .exited(0) }
    #expect(try ask(asked).status == .exited(1))
    let absent = try ask(asked + ["--cert", "absent.pem", "--key", identity.key])
    #expect(absent.status == .exited(1))
    #expect(absent.errors.contains("/readyz failed: absent.pem does not exist"))
  }

  @Test(
    "What is no setting, no path and no time is a mistake of the caller",
    arguments: [["--path", "livez"], ["--path", "/a b"], ["--timeout", "0"], ["--timeout"]])
  func mistakes(arguments: [String]) throws {
    #expect(try ask(arguments).status == .exited(64))
  }

  @Test("Settings that are wrong are told as serve tells them")
  func settings() throws { #expect(try ask(["--lisen", "x"]).status == .exited(2)) }
}
