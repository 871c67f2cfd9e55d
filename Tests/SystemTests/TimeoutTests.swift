// Idle timeouts: what sets them, what slides them, and that they end a session.

import Foundation
import TestLab
import Testing

@Suite struct TimeoutTests {
  /// What is left of the session, without sliding it; nil when it is gone.
  private func left(_ gateway: GatewayProcess, _ path: String) throws -> Int? {
    let answer = try gateway.ask("GET", path + "?touch=false")
    return answer.status == 200 ? answer["Session-Expires-In"].flatMap { Int($0) } : nil
  }

  @Test(arguments: Backing.allCases) func aSessionEnds(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let own = ["Session-Idle-Timeout": "1"]
    #expect(try gateway.ask("PUT", path, own, body: [1]).status == 201)
    try eventually("the session ends") { try left(gateway, path) == nil }
    for (method, target) in [
      ("GET", path), ("HEAD", path), ("DELETE", path), ("POST", path + "/touch"),
    ] {
      #expect(try gateway.ask(method, target).status == 404)
    }
    #expect(try gateway.ask("PUT", path, ["If-Match": "*"], body: [1]).status == 412)
    #expect(try gateway.ask("PUT", path, ["If-None-Match": "*"], body: [1]).status == 201)
  }

  @Test(arguments: Backing.allCases) func whatSlides(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let own = ["Session-Idle-Timeout": "1000"]
    #expect(try gateway.ask("PUT", path, own, body: [1]).status == 201)
    func age() throws {
      try eventually("two seconds of the session pass") { try left(gateway, path)! <= 998 }
    }
    /// What is left once two seconds have passed, `use` was made of the session, and hardly any time
    /// since.
    func rest(after use: () throws -> Void) throws -> Int {
      try age()
      return try promptly(within: .seconds(1)) {
        try use()
        return try left(gateway, path)!
      }
    }
    try age()
    #expect(try gateway.ask("HEAD", path)["Session-Expires-In"].flatMap { Int($0) }! <= 998)
    #expect(try left(gateway, path)! <= 998)
    let touched = try rest {
      let answer = try gateway.ask("POST", path + "/touch")
      #expect(answer.status == 204)
    }
    #expect(touched > 998)
    let read = try rest {
      let answer = try gateway.ask("GET", path)
      #expect(answer["Session-Expires-In"] == "1000")
    }
    #expect(read > 998)
    let validated = try rest {
      let known = try gateway.ask("GET", path, ["If-None-Match": "*"])
      #expect(known.status == 304 && known["Session-Expires-In"] == "1000")
    }
    #expect(validated > 998)
    let json = ["Content-Type": "application/json"]
    let id = path.split(separator: "/").last!
    let counted = try rest {
      let batch = try gateway.ask(
        "POST", "/v1/touches", json, body: Array("{\"ids\":[\"\(id)\"]}".utf8))
      #expect(batch.text == "{\"touched\":1,\"missing\":[]}")
    }
    #expect(counted > 998)
    // Without the field, a PUT gives the namespace's timeout again.
    let written = try promptly(within: .seconds(1)) {
      let answer = try gateway.ask("PUT", path, body: [2])
      #expect(answer.status == 204)
      return try left(gateway, path)!
    }
    #expect((1_199...1_200).contains(written))
  }

  @Test(arguments: Backing.allCases) func bounds(_ backing: Backing) throws {
    let gateway = try Gateways.before(backing)
    let path = freshPath()
    let longest = ["Session-Idle-Timeout": "31536000"]
    #expect(try gateway.ask("PUT", path, longest, body: [1]).status == 201)
    #expect(try gateway.ask("GET", path)["Session-Expires-In"] == "31536000")
    for value in ["0", "31536001", "-1", "1.5", "1s", "", "99999999999999999999"] {
      let answer = try gateway.ask("PUT", path, ["Session-Idle-Timeout": value], body: [1])
      try expectProblem(400, "malformed-timeout", in: answer)
    }
    #expect(try gateway.ask("GET", path)["Session-Expires-In"] == "31536000")
  }

  @Test(arguments: [Backing.memory, .plainNode]) func theGatewaysDefault(_ backing: Backing) throws
  {
    let gateway = try GatewayProcess(
      try Gateways.flags(backing) + ["--idle-timeout", "90s"], until: .ready)
    let path = freshPath()
    #expect(try gateway.ask("PUT", path, body: [1]).status == 201)
    #expect(try gateway.ask("GET", path)["Session-Expires-In"] == "90")
  }
}
