import Sessions
import StoreContract
import TestLab
import Testing

@testable import ClusterStore

@Suite("The store's contract over Redis", .serialized)
struct RedisContractTests {
  private static let redis = Result { try RedisServer() }

  @Test("The store over one Redis keeps it", arguments: storeContract.indices)
  func keepsIt(_ place: Int) throws {
    var harness = RedisHarness(port: try Self.redis.get().port, suffix: "-\(place)")
    #expect(storeContract[place].violations(on: &harness) == [], "\(storeContract[place].name)")
  }

  @Test("Nothing is left beside the sessions")
  func leavesNothing() throws {
    let redis = try RedisServer()
    var harness = RedisHarness(port: redis.port, suffix: "-x")
    let one = Call.put("s", version: 1)
    let long = one.carrying(Array(repeating: 1, count: 100_000))
    #expect(harness.perform(long.when(version: 5)) == .conditionFailed())
    #expect(harness.perform(one) == .created(version: 1))
    #expect(harness.perform(long.when(version: 5)) == .conditionFailed(present: 1))
    #expect(harness.perform(long.holding(3)) == .lockLost)
    #expect(harness.perform(long.when(version: 1)) == .replaced(version: 1))
    #expect(try redis.command("KEYS", "*").elements.map(\.text) == ["sg:{first-x:s}"])
  }

  @Test("A script that a node lost is given to it again")
  func reloadsScripts() throws {
    let redis = try RedisServer()
    var harness = RedisHarness(port: redis.port, suffix: "-x")
    let long = Call.put("s", version: 2).carrying(Array(repeating: 1, count: 100_000))
    #expect(harness.perform(.put("s", version: 1)) == .created(version: 1))
    for call in [Call.lock("s", 7), .renew("s", 7), long.holding(7), .unlock("s", 7)] {
      try redis.command("SCRIPT", "FLUSH")
      let seen = harness.perform(call)
      if case .lockLost = seen { Issue.record("\(call.verb)") }
      if case .fault = seen { Issue.record("\(call.verb): \(seen)") }
    }
    #expect(try redis.command("KEYS", "*").elements.map(\.text) == ["sg:{first-x:s}"])
  }

  @Test("Each script has the digest that Redis gives it", arguments: Script.allCases)
  func digests(_ script: Script) throws {
    let answer = try Self.redis.get().command("SCRIPT", "LOAD", script.text)
    #expect(answer.text == "\(script.digest)")
  }
}
