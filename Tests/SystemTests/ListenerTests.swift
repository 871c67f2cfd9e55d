// Where a gateway listens: on ports that the system chose, and for operators apart from callers.

import TestLab
import Testing

@Suite struct ListenerTests {
  @Test func operatorsHaveOnePortForAllWorkers() throws {
    let gateway = try GatewayProcess(
      ["--workers", "3", "--access-log", "--admin-listen", "127.0.0.1:0"], until: .none)
    try eventually("it listens") { gateway.log.contains("listening") }
    let told = try #require(gateway.log.firstMatch(of: /"admin":"127\.0\.0\.1:(\d+)"/))
    let port = try #require(Int(told.1))
    try eventually("all workers serve") {
      try RawHTTP(port: port).exchange("GET", "/readyz").status == 200
    }
    for _ in 0..<100 {
      #expect(try RawHTTP(port: port).exchange("GET", "/readyz").status == 200)
    }
    try eventually("each worker has answered some") {
      (0..<3).allSatisfy { gateway.log.contains("\"worker\":\($0)") }
    }
    let path = freshPath()
    #expect(try RawHTTP(port: port).exchange("PUT", path, body: []).status == 404)
    #expect(try gateway.ask("GET", "/readyz").status == 404)
    #expect(try gateway.ask("PUT", path, body: []).status == 201)
  }

  /// The kernel would divide clients between two stores.
  @Test func sessionsInMemoryShareNoPort() throws {
    let gateway = try GatewayProcess(["--workers", "2"])
    let done = try Command.run(
      GatewayProcess.program, ["serve", "--listen", "127.0.0.1:\(gateway.port)"])
    #expect(done.status == .exited(1))
    #expect(done.errors.contains("another program listens at 127.0.0.1:\(gateway.port)"))
    #expect(try gateway.ask("GET", "/livez").status == 200)
  }

  /// The kernel would divide clients between callers' door and operators', where neither serves the other's.
  @Test(arguments: [("127.0.0.1", "localhost"), ("[::1]", "[0:0:0:0:0:0:0:1]")])
  func callersAndOperatorsShareNoAddress(_ one: String, _ other: String) throws {
    let port = try FreePorts.one()
    let flags = ["--listen", "\(one):\(port)", "--admin-listen", "\(other):\(port)"]
    let done = try Command.run(GatewayProcess.program, ["serve", "--workers", "2"] + flags)
    #expect(done.status == .exited(1))
    #expect(done.errors.contains("--admin-listen is the address of --listen"))
  }

  @Test func anAddressIsToldAsItIsWritten() throws {
    let gateway = try GatewayProcess(
      [], environment: ["SESSION_GATEWAY_ADMIN_LISTEN": "[::1]:0"], until: .none)
    try eventually("it listens") { gateway.log.contains("listening") }
    #expect(gateway.log.contains(#""address":"127.0.0.1:\#(gateway.port)""#))
    #expect(gateway.log.contains(/"admin":"\[::1\]:\d+"/))
  }
}
