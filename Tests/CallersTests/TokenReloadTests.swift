// The tokens file of a running gateway changes.

import Glibc
import TestLab
import Testing

@Suite("Tokens are reloaded", .serialized)
struct TokenReloadTests {
  private let folder: TemporaryFolder
  private let first: Issued
  private let second: Issued

  init() throws {
    folder = try TemporaryFolder()
    first = try Issued("shop")
    second = try Issued("shop")
  }

  private func start() throws -> GatewayProcess {
    let file = try folder.write("tokens", "\(first.line)\n")
    return try GatewayProcess(["--tokens-file", file])
  }

  private func status(_ gateway: GatewayProcess, _ caller: Issued) throws -> Int {
    try gateway.connect().exchange("HEAD", "/v1/sessions/x", fields: caller.fields).status
  }

  @Test("SIGHUP takes a new file, on connections that are open too")
  func exchange() throws {
    let gateway = try start()
    let open = try gateway.connect()
    #expect(try open.exchange("HEAD", "/v1/sessions/x", fields: first.fields).status == 404)
    #expect(try status(gateway, second) == 401)
    try folder.write("tokens", "\(second.line)\n")
    gateway.process.send(signal: SIGHUP)
    try eventually("the new token is served") { try status(gateway, second) == 404 }
    try eventually("the old token is not, on an open connection") {
      try open.exchange("HEAD", "/v1/sessions/x", fields: first.fields).status == 401
    }
  }

  @Test("A broken file keeps the old tokens, and each mistake is logged")
  func broken() throws {
    let gateway = try start()
    try folder.write("tokens", "\(second.line)\nnonsense\n# fine\n\(second.line)\n")
    gateway.process.send(signal: SIGHUP)
    try eventually("the mistakes are told") { gateway.log.contains("tokens not reloaded") }
    #expect(gateway.log.contains("line 2: "))
    #expect(gateway.log.contains("line 4: "))
    #expect(try status(gateway, first) == 404)
    #expect(try status(gateway, second) == 401)
  }

  @Test("A new namespace needs a restart, and the reload says so")
  func stranger() throws {
    let gateway = try start()
    let stranger = try Issued("other")
    try folder.write("tokens", "\(first.line)\n\(stranger.line)\n")
    gateway.process.send(signal: SIGHUP)
    try eventually("the reload is refused") { gateway.log.contains("(other) need a restart") }
    #expect(try status(gateway, first) == 404)
    #expect(try status(gateway, stranger) == 401)
  }

  @Test("No request fails while the file is reloaded again and again")
  func underLoad() throws {
    let gateway = try start()
    let connection = try gateway.connect()
    for turn in 0..<400 {
      if turn % 8 == 0 { gateway.process.send(signal: SIGHUP) }
      let answer = try connection.exchange(
        "PUT", "/v1/sessions/x", fields: first.fields, body: [1, 2, 3])
      #expect(answer.status == 201 || answer.status == 204)
    }
  }

  @Test("A broken file at the start ends the program with its mistakes")
  func refused() throws {
    let file = try folder.write("tokens", "nonsense\n")
    let gateway = try GatewayProcess(["--tokens-file", file], until: .none)
    #expect(try gateway.process.wait() == .exited(1))
    #expect(gateway.log.contains("line 1: "))
  }

  @Test("A file that every user can read is worth a warning")
  func readable() throws {
    let file = try folder.write("tokens", "\(first.line)\n")
    _ = unsafe chmod(file, 0o644)
    let gateway = try GatewayProcess(["--tokens-file", file])
    try eventually("it is told") { gateway.log.contains("every user can read the tokens file") }
  }
}
