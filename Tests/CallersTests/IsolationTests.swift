// A token of one namespace can neither read, write, touch nor detect a session of another: asked of
// the running program, through every resource, with the same ids on both sides.

import TestLab
import Testing

/// Where the sessions are kept.
enum Store: CaseIterable, Sendable {
  case memory, redis
}

/// Two callers of different namespaces before one gateway.
private final class IsolationLab: Sendable {
  let ours: Issued
  let theirs: Issued
  let gateway: GatewayProcess
  private let folder: TemporaryFolder
  private let redis: RedisServer?

  init(_ store: Store) throws {
    folder = try TemporaryFolder()
    ours = try Issued("shop")
    // The names are chosen so that a key of one could be taken for a key of the other.
    theirs = try Issued("shop.a")
    let file = try folder.write("tokens", "\(ours.line)\n\(theirs.line)\n")
    redis = store == .redis ? try RedisServer() : nil
    let keeping = redis.map { ["--redis", "127.0.0.1:\($0.port)"] } ?? []
    gateway = try GatewayProcess(
      ["--tokens-file", file, "--workers", "1"] + keeping, until: .ready)
  }

  func ask(
    _ caller: Issued, _ method: String, _ target: String, _ more: [String: String] = [:],
    body: String? = nil
  ) throws -> RawHTTP.Response {
    try gateway.connect().exchange(
      method, target, fields: caller.fields.merging(more) { $1 }, body: body.map { Array($0.utf8) })
  }
}

@Suite("Namespaces never meet", .serialized)
struct IsolationTests {
  private static let ids = ["a", "A", "shop:a", "%40%3a%2a", "a.b~c!$&'()*+,;=:@"]

  @Test("What is there for one is not there for the other", arguments: ids, Store.allCases)
  func unseen(id: String, store: Store) throws {
    let lab = try IsolationLab(store)
    let (ours, theirs) = (lab.ours, lab.theirs)
    let path = "/v1/sessions/\(id)"
    #expect(try lab.ask(ours, "PUT", path, body: "ours").status == 201)
    #expect(try lab.ask(theirs, "GET", path).status == 404)
    #expect(try lab.ask(theirs, "GET", path + "?touch=false").status == 404)
    #expect(try lab.ask(theirs, "HEAD", path).status == 404)
    #expect(try lab.ask(theirs, "POST", path + "/touch").status == 404)
    #expect(try lab.ask(theirs, "DELETE", path).status == 404)
    #expect(try lab.ask(theirs, "PUT", path, ["If-Match": "*"], body: "x").status == 412)
    #expect(try lab.ask(theirs, "POST", path + "/lock").status == 404)
    // Creating the same id is creating, and changes nothing on the other side.
    #expect(try lab.ask(theirs, "PUT", path, ["If-None-Match": "*"], body: "theirs").status == 201)
    #expect(try lab.ask(ours, "GET", path).text == "ours")
    #expect(try lab.ask(theirs, "GET", path).text == "theirs")
    #expect(try lab.ask(theirs, "DELETE", path).status == 204)
    #expect(try lab.ask(ours, "GET", path).text == "ours")
  }

  @Test(
    "An answer about another's session is that about none, byte for byte", arguments: Store.allCases
  )
  func undetected(store: Store) throws {
    let lab = try IsolationLab(store)
    let (ours, theirs) = (lab.ours, lab.theirs)
    #expect(try lab.ask(ours, "PUT", "/v1/sessions/known", body: "x").status == 201)
    for (method, suffix) in [("GET", ""), ("HEAD", ""), ("DELETE", ""), ("POST", "/touch")] {
      let there = try lab.ask(theirs, method, "/v1/sessions/known\(suffix)")
      let nowhere = try lab.ask(theirs, method, "/v1/sessions/never\(suffix)")
      #expect(there.body == nowhere.body, "\(method)")
      let names = { (response: RawHTTP.Response) in response.fields.map(\.name) }
      #expect(names(there) == names(nowhere), "\(method)")
    }
  }

  @Test("A batch of touches counts the caller's own only", arguments: Store.allCases)
  func batch(store: Store) throws {
    let lab = try IsolationLab(store)
    let (ours, theirs) = (lab.ours, lab.theirs)
    #expect(try lab.ask(ours, "PUT", "/v1/sessions/both", body: "x").status == 201)
    #expect(try lab.ask(theirs, "PUT", "/v1/sessions/both", body: "x").status == 201)
    #expect(try lab.ask(ours, "PUT", "/v1/sessions/mine", body: "x").status == 201)
    let json = ["Content-Type": "application/json"]
    let answer = try lab.ask(
      theirs, "POST", "/v1/touches", json, body: #"{"ids":["both","mine","never"]}"#)
    #expect(answer.text == #"{"touched":1,"missing":["mine","never"]}"#)
  }

  @Test("Callers take turns on one connection and keep their namespaces", arguments: Store.allCases)
  func turns(store: Store) throws {
    let lab = try IsolationLab(store)
    let (ours, theirs) = (lab.ours, lab.theirs)
    #expect(try lab.ask(ours, "PUT", "/v1/sessions/turn", body: "ours").status == 201)
    #expect(try lab.ask(theirs, "PUT", "/v1/sessions/turn", body: "theirs").status == 201)
    let connection = try lab.gateway.connect()
    for _ in 0..<20 {
      for (caller, text) in [(ours, "ours"), (theirs, "theirs")] {
        let answer = try connection.exchange("GET", "/v1/sessions/turn", fields: caller.fields)
        #expect(answer.text == text)
      }
      #expect(try connection.exchange("GET", "/v1/sessions/turn").status == 401)
    }
  }

  @Test(
    "A refused caller is told how to be admitted, and the connection goes on",
    arguments: Store.allCases)
  func challenges(store: Store) throws {
    let lab = try IsolationLab(store)
    let ours = lab.ours
    let connection = try lab.gateway.connect()
    let missing = try connection.exchange("GET", "/v1/sessions/a")
    #expect(missing.status == 401)
    #expect(missing["WWW-Authenticate"] == #"Bearer realm="session-gateway""#)
    let wrong = try connection.exchange(
      "GET", "/v1/sessions/a", fields: ["Authorization": "Bearer \(ours.token)x"])
    #expect(wrong.status == 401)
    #expect(
      wrong["WWW-Authenticate"] == #"Bearer realm="session-gateway", error="invalid_token""#)
    #expect(wrong["Content-Type"] == "application/problem+json")
    // A slow node makes a gateway unready for a while.
    try lab.gateway.wait(for: "/readyz")
  }

  @Test("No token and no id is ever logged", arguments: Store.allCases)
  func secrecy(store: Store) throws {
    let lab = try IsolationLab(store)
    let ours = lab.ours
    _ = try lab.ask(ours, "PUT", "/v1/sessions/secret-id", body: "secret-payload")
    try lab.gateway.terminate()
    #expect(!lab.gateway.log.contains("sgt_"))
    #expect(!lab.gateway.log.contains("secret-"))
  }
}
