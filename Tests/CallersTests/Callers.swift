// Tokens of a running gateway: made by the program itself, as an operator would.

import TestLab

/// A token and its line for the tokens file.
struct Issued: Sendable {
  let token: String
  let line: String

  /// Runs `session-gateway token`.
  init(_ namespace: String, _ rights: String = "read,write", name: String = "test") throws {
    let made = try Command.succeed(
      GatewayProcess.program,
      ["token", "--namespace", namespace, "--rights", rights, "--name", name])
    let lines = made.text.split(separator: "\n").map(String.init)
    guard lines.count == 2 else { throw LabFault("token wrote \(lines.count) lines") }
    token = lines[0]
    line = lines[1]
  }

  /// The field that presents it.
  var fields: [String: String] { ["Authorization": "Bearer \(token)"] }
}
