// The built `http-echo`, which is the gateway's own room `Server` and an answer.

import Foundation
import TestLab

/// A running `http-echo`; it ends with its last reference.
final class EchoProcess: Sendable {
  /// One for all cases: they leave nothing behind but closed connections. It waits for whatever is sent
  /// byte by byte, on a machine that is busy too.
  static let shared = Result {
    let tenMinutes = "600000"
    return try EchoProcess(["--head-timeout", tenMinutes, "--body-timeout", tenMinutes])
  }

  let port: Int
  let process: ChildProcess
  private let folder: TemporaryFolder

  /// Starts it with these flags on a free port and waits until it answers.
  init(_ flags: [String] = []) throws {
    folder = try TemporaryFolder()
    port = try FreePorts.one()
    let program = (GatewayProcess.program as NSString).deletingLastPathComponent + "/http-echo"
    let (port, log) = (port, folder.file("echo.log"))
    process = try ChildProcess(program, ["--port", "\(port)"] + flags, log: log)
    try process.wait(until: "http-echo answers") {
      (try? RawHTTP(port: port).exchange("GET", "/").status) == 200
    }
  }

  func connect() throws -> RawHTTP { try RawHTTP(port: port) }
}
