import StoreContract
import TestLab
import Testing

@Suite("The store over Redis keeps the store's contract")
struct RedisContractTests {
  @Test("One node", arguments: storeContract)
  func plain(_ story: ContractCase) throws {
    var harness = try RedisHarness(RedisTarget.plain.get())
    #expect(story.violations(on: &harness) == [])
  }

  @Test("One node with TLS and a password", arguments: storeContract)
  func secured(_ story: ContractCase) throws {
    var harness = try RedisHarness(RedisTarget.secured.get())
    #expect(story.violations(on: &harness) == [])
  }

  @Test("A TLS cluster of three primaries and three replicas", arguments: storeContract)
  func clustered(_ story: ContractCase) throws {
    var harness = try RedisHarness(RedisTarget.clustered.get())
    #expect(story.violations(on: &harness) == [])
  }
}
