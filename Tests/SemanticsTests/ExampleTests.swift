// The README's examples of writes, as they stand there.

import Foundation
import TestLab
import Testing

@Suite("The README's examples of writes")
struct ExampleTests {
  /// The commands behind the sentence that begins with `words`.
  private static func block(behind words: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = text(of: root.appending(path: "README.md").path)
    let parts = readme.components(separatedBy: words)
    guard parts.count == 2,
      let start = parts[1].range(of: "```sh\n"),
      let end = parts[1].range(of: "\n```\n", range: start.upperBound..<parts[1].endIndex)
    else { throw LabFault("the README has no such block") }
    return String(parts[1][start.upperBound..<end.lowerBound])
  }

  @Test("Plain, conditional and locked writes do what is said of them")
  func writes() throws {
    let gateway = try GatewayProcess()
    let connection = try gateway.connect()
    #expect(try connection.exchange("PUT", "/v1/sessions/demo", body: [1]).status == 201)
    let commands = try Self.block(behind: "Which write to choose")
      .replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:\(gateway.port)")
    let folder = try TemporaryFolder()
    let done = try Command.succeed(
      "sh", ["-e", "-c", "cd \(folder.path)\nunset http_proxy\n" + commands])
    let answers = done.text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
    #expect(answers == ["204", "204", "204"])
    #expect(text(of: folder.file("value")) == "two")
    #expect(try connection.exchange("GET", "/v1/sessions/demo").text == "three")
    #expect(try connection.exchange("POST", "/v1/sessions/demo/lock").status == 200)
  }
}
