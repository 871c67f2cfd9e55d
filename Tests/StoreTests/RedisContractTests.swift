import StoreContract
import TestLab
import Testing

@Suite("The store over Redis keeps the store's contract")
struct RedisContractTests {
  @Test("One node", arguments: storeContract)
  func plain(_ story: ContractCase) throws {
    #expect(try violations(of: story, on: RedisTarget.plain.get()) == [])
  }

  @Test("One node with TLS and a password", arguments: storeContract)
  func secured(_ story: ContractCase) throws {
    #expect(try violations(of: story, on: RedisTarget.secured.get()) == [])
  }

  @Test("A TLS cluster of three primaries and three replicas", arguments: storeContract)
  func clustered(_ story: ContractCase) throws {
    #expect(try violations(of: story, on: RedisTarget.clustered.get()) == [])
  }

  /// What went differently. A story in which a second more went by than it tells of may well end
  /// otherwise: then it is told again, in new namespaces.
  private func violations(of story: ContractCase, on target: RedisTarget) throws -> [String] {
    try promptly(within: .seconds(story.seconds + 1), unless: \.isEmpty) {
      var harness = try ClusterBackendHarness(target)
      let violations = story.violations(on: &harness)
      // A slow machine explains other seconds, and no other answers.
      let fault = violations.first { $0.contains(": malformed") || $0.contains(": fault") }
      if let fault { throw LabFault(fault) }
      return violations
    }
  }
}
