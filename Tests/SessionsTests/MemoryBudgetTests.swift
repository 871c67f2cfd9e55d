import Primitives
import Sessions
import StoreContract
import Testing

@Suite("Memory budget")
struct MemoryBudgetTests {
  /// What a session with an id of two bytes costs: 320 bytes more than it has.
  private static func cost(payload: Int) -> Int {
    "s1".utf8.count + "text/plain".utf8.count + payload + 320
  }

  private static func put(_ id: String, _ payload: Int, version: UInt64 = 1) -> Call {
    Call.put(id, version: version).carrying(Array(repeating: 9, count: payload))
  }

  @Test("A session is counted by its bytes and the overhead, until it is deleted")
  func countsBytes() {
    var harness = MemoryHarness()
    _ = harness.perform(Self.put("s1", 100))
    _ = harness.perform(Self.put("s2", 0).within(ContractNamespaces.second))
    let both = Self.cost(payload: 100) + Self.cost(payload: 0)
    #expect(harness.sessions.statistics == MemoryStatistics(sessions: 2, bytes: both))
    _ = harness.perform(Self.put("s1", 40))
    #expect(harness.sessions.statistics.bytes == both - 60)
    _ = harness.perform(.delete("s1"))
    #expect(
      harness.sessions.statistics
        == MemoryStatistics(sessions: 1, bytes: Self.cost(payload: 0)))
  }

  @Test("The last byte can be used, and not one more")
  func limitIsExact() {
    let limit = Self.cost(payload: 100) + Self.cost(payload: 50)
    var harness = MemoryHarness(memoryLimit: limit)
    #expect(harness.perform(Self.put("s1", 100)) == .created(version: 1))
    #expect(harness.perform(Self.put("s2", 51)) == .fault(.storeFull))
    #expect(harness.perform(Self.put("s2", 50)) == .created(version: 1))
    #expect(harness.sessions.statistics == MemoryStatistics(sessions: 2, bytes: limit))
    #expect(harness.perform(Self.put("s3", 0)) == .fault(.storeFull))
    #expect(harness.perform(.delete("s2")) == .deleted)
    #expect(harness.perform(Self.put("s3", 50)) == .created(version: 1))
  }

  @Test("A lock is counted from when it is acquired until it is released, broken or gone")
  func countsLocks() {
    let (bare, lock) = (Self.cost(payload: 10), 80)
    var harness = MemoryHarness(memoryLimit: 2 * bare + lock)
    func used() -> Int { harness.sessions.statistics.bytes }
    _ = harness.perform(Self.put("s1", 10))
    _ = harness.perform(Self.put("s2", 10))
    for release in [
      Call.unlock("s1", 7), Self.put("s1", 10).holding(7).unlocking, Self.put("s1", 10),
      .delete("s1").holding(7),
    ] {
      _ = harness.perform(.lock("s1", 7))
      #expect(used() == 2 * bare + lock)
      #expect(harness.perform(.lock("s2", 8)) == .fault(.storeFull))
      _ = harness.perform(.renew("s1", 7))
      _ = harness.perform(Self.put("s1", 10).holding(7))
      #expect(used() == 2 * bare + lock)
      _ = harness.perform(release)
      #expect(used() == 2 * bare - (release.verb == .delete ? bare : 0))
    }
    _ = harness.perform(.lock("s2", 8, lease: 1))
    harness.advance(by: 2)
    _ = harness.perform(.lock("s2", 9))
    #expect(used() == bare + lock)
    harness.advance(by: 1_300)
    #expect(harness.perform(.get("s2")) == .missing)
    #expect(used() == 0)
  }

  @Test("A replacement counts only the difference")
  func replacementCountsDifference() {
    let limit = Self.cost(payload: 1_000)
    var harness = MemoryHarness(memoryLimit: limit)
    #expect(harness.perform(Self.put("s1", 1_000)) == .created(version: 1))
    #expect(harness.perform(Self.put("s1", 1_000, version: 2)) == .replaced(version: 2))
    #expect(harness.perform(Self.put("s1", 1_001, version: 3)) == .fault(.storeFull))
    #expect(harness.perform(Self.put("s1", 10, version: 4)) == .replaced(version: 4))
    #expect(harness.perform(Self.put("s1", 1_000, version: 5)) == .replaced(version: 5))
    #expect(harness.sessions.statistics.bytes == limit)
  }

  @Test("A put that is refused changes nothing")
  func refusalChangesNothing() {
    var harness = MemoryHarness(memoryLimit: Self.cost(payload: 10))
    let kept = Self.put("s1", 10)
    _ = harness.perform(kept)
    harness.advance(by: 5)
    let before = harness.perform(.peek("s1"))
    let statistics = harness.sessions.statistics
    var refused = Self.put("s1", 18, version: 2).typed("a/b")
    refused.idleTimeout = 9_000
    #expect(harness.perform(refused) == .fault(.storeFull))
    #expect(harness.perform(refused.when(.exists)) == .fault(.storeFull))
    #expect(harness.perform(.peek("s1")) == before)
    #expect(harness.sessions.statistics == statistics)
    guard case .found(let session) = before else {
      Issue.record("the session is gone")
      return
    }
    #expect(session.payload == kept.payload)
    #expect(session.expiresIn == 1_195)
  }

  @Test("A condition that fails says so also when the store is full")
  func conditionComesFirst() {
    var harness = MemoryHarness(memoryLimit: Self.cost(payload: 10))
    _ = harness.perform(Self.put("s1", 10))
    #expect(harness.perform(Self.put("s1", 99).when(.absent)) == .conditionFailed())
    #expect(harness.perform(Self.put("s2", 0).when(.exists)) == .conditionFailed())
  }

  @Test("A session that is put again after its end is counted once")
  func countsAgainAfterEnd() {
    var harness = MemoryHarness()
    for payload in [500, 20, 300] {
      #expect(harness.perform(Self.put("s1", payload)) == .created(version: 1))
      let cost = Self.cost(payload: payload)
      #expect(harness.sessions.statistics == MemoryStatistics(sessions: 1, bytes: cost))
      harness.advance(by: 1_200)
    }
    #expect(harness.perform(.get("s1")) == .missing)
    #expect(harness.sessions.statistics == MemoryStatistics(sessions: 0, bytes: 0))
  }

  @Test("A put that finds no room makes some of what is past its timeout, in the same call")
  func makesRoom() {
    var harness = MemoryHarness(memoryLimit: Self.cost(payload: 100))
    for number in 10..<90 {
      #expect(harness.perform(Self.put("\(number)", 100)) == .created(version: 1))
      harness.advance(by: 1_199)
      #expect(harness.perform(Self.put("00", 1)) == .fault(.storeFull))
      harness.advance(by: 1)
    }
    #expect(harness.sessions.statistics.sessions == 1)
  }

  @Test("A living session is never evicted; a full store recovers when sessions end")
  func recovers() {
    let sessions = 1_000
    var harness = MemoryHarness(memoryLimit: sessions * (Self.cost(payload: 100) + 2))
    var made = 0
    for number in 1_000..<2_000 {
      let call = Self.put("\(number)", 100)
      if harness.perform(call) == .created(version: 1) { made += 1 }
    }
    #expect(made == sessions)
    for number in 2_000..<2_100 {
      #expect(harness.perform(Self.put("\(number)", 100)) == .fault(.storeFull))
    }
    let living = (1_000..<2_000).count { harness.perform(.get("\($0)")) != .missing }
    #expect(living == sessions)
    harness.advance(by: 1_200)
    // Each refused put frees what 1,024 places hold; all are looked at after a few.
    var tries = 1
    while harness.perform(Self.put("new!", 100)) == .fault(.storeFull), tries < 8 { tries += 1 }
    #expect(harness.perform(.peek("new!")) != .missing)
    made = (2_000..<2_999).count { number in
      (0..<8).contains { _ in
        harness.perform(Self.put("\(number)", 100)) != .fault(.storeFull)
      }
    }
    #expect(made == 999)
  }

  @Test("Sweeps free what nobody asks for any more, and nothing else")
  func sweepFreesUnused() {
    var harness = MemoryHarness()
    for number in 0..<3_000 { _ = harness.perform(.put("a\(number)", version: 1, idleTimeout: 5)) }
    for number in 0..<100 { _ = harness.perform(.put("b\(number)", version: 1, idleTimeout: 50)) }
    harness.advance(.milliseconds(4_999))
    harness.sweep(budget: 1_000_000)
    #expect(harness.sessions.statistics.sessions == 3_100)
    harness.advance(.milliseconds(1))
    harness.sweep(budget: 10)
    #expect((3_090...3_100).contains(harness.sessions.statistics.sessions))
    for _ in 0..<40 { harness.sweep(budget: 1_000) }
    #expect(harness.sessions.statistics.sessions == 100)
    harness.advance(by: 50)
    for _ in 0..<40 { harness.sweep(budget: 1_000) }
    #expect(harness.sessions.statistics == MemoryStatistics(sessions: 0, bytes: 0))
  }

  @Test("Commands on living sessions free ended ones on their way")
  func commandsSweep() {
    var harness = MemoryHarness()
    for number in 0..<500 { _ = harness.perform(.put("a\(number)", version: 1, idleTimeout: 5)) }
    harness.advance(by: 5)
    for number in 0..<12_000 { _ = harness.perform(.get("other\(number)")) }
    #expect(harness.sessions.statistics == MemoryStatistics(sessions: 0, bytes: 0))
  }
}
