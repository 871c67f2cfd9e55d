import TestLab
import Testing

@Suite("session-gateway token")
struct TokenCommandTests {
  @Test("A token has 256 bits, is new each time, and its line has its digest")
  func token() throws {
    let issued = try Issued("shop", "read", name: "web")
    let random = issued.token.dropFirst("sgt_".count)
    #expect(issued.token.hasPrefix("sgt_"))
    #expect(random.utf8.count == 43)
    #expect(try Issued("shop").token != issued.token)
    let digest = try Command.succeed("sha256sum", [], input: Array(issued.token.utf8))
    #expect(issued.line == "\(digest.text.prefix(64))  shop  read  web")
  }

  @Test(
    "What is no namespace, no right or no name is refused",
    arguments: [["Shop", "read", "a"], ["shop", "all", "a"], ["shop", "read", "a b"]])
  func refused(values: [String]) throws {
    let made = try Command.run(
      GatewayProcess.program,
      ["token", "--namespace", values[0], "--rights", values[1], "--name", values[2]])
    #expect(made.status == .exited(64))
    #expect(made.output.isEmpty)
  }

  @Test("A token that could not be written is not passed over")
  func fullDisk() throws {
    let words = "token --namespace shop --rights read --name shop-web >/dev/full"
    let ran = try Command.run("/bin/sh", ["-c", "exec \"$0\" \(words)", GatewayProcess.program])
    #expect(ran.status == .exited(1))
    #expect(ran.errors == "standard output: No space left on device\n")
  }
}
