import Sessions
import StoreContract
import Testing

@Suite("The store's contract")
struct StoreContractTests {
  @Test("The embedded store keeps it", arguments: storeContract)
  func memoryStoreKeepsIt(_ story: ContractCase) {
    var harness = MemoryHarness()
    #expect(story.violations(on: &harness) == [])
  }

  @Test("No two cases have one name")
  func namesAreUnique() {
    #expect(Set(storeContract.map(\.name)).count == storeContract.count)
  }

  @Test("Few cases take time")
  func fewTakeTime() {
    #expect((1...4).contains(storeContract.count { $0.seconds > 0 }))
  }

  @Test("A store that does nothing breaks every case")
  func idleStoreBreaksIt() {
    var harness = IdleHarness()
    let kept = storeContract.filter { $0.violations(on: &harness).isEmpty }
    #expect(kept.map(\.name) == ["reads, touch and delete miss what was never put"])
  }

  @Test("Slack lets a session end sooner by so much, and never later or at once")
  func slackIsBounded() {
    let found = Call.put("s", version: 1)
    let story = ContractCase(
      "expires in 10", [.expect(.get("s"), Self.found(found, expiresIn: 10))])
    for (expiresIn, isKept) in [(11, false), (10, true), (9, true), (8, true), (7, false)] {
      var harness = FixedHarness(slack: 2, answer: Self.found(found, expiresIn: expiresIn))
      #expect(story.violations(on: &harness).isEmpty == isKept, "\(expiresIn)")
    }
    let atTheEnd = ContractCase(
      "expires in 1", [.expect(.get("s"), Self.found(found, expiresIn: 1))])
    var harness = FixedHarness(slack: 2, answer: Self.found(found, expiresIn: 0))
    #expect(atTheEnd.violations(on: &harness).count == 1)
  }

  private static func found(_ put: Call, expiresIn: Int) -> Observation {
    .found(
      FoundSession(
        version: put.version, expiresIn: expiresIn, contentType: put.contentType,
        payloadLength: put.payload.count, payload: put.payload))
  }
}

/// A store that finds nothing and keeps nothing.
private struct IdleHarness: StoreHarness {
  let slack = 0
  func perform(_ call: Call) -> Observation { .missing }
  func advance(by seconds: Int) {}
}

/// A store that has one answer.
private struct FixedHarness: StoreHarness {
  let slack: Int
  let answer: Observation
  func perform(_ call: Call) -> Observation { answer }
  func advance(by seconds: Int) {}
}
