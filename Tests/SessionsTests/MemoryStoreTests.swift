import Primitives
import Sessions
import StoreContract
import Testing

@Suite("Memory store")
struct MemoryStoreTests {
  @Test("A session lives to the last nanosecond of its timeout and not one longer")
  func expiryIsExact() {
    for verb in [Verb.get, .peek, .inspect, .touch, .delete] {
      var harness = MemoryHarness()
      _ = harness.perform(.put("s", version: 1, idleTimeout: 3))
      harness.advance(TimeSpan(nanoseconds: 2_999_999_999))
      #expect(harness.perform(Call(verb, "s")) != .missing)
      harness = MemoryHarness()
      _ = harness.perform(.put("s", version: 1, idleTimeout: 3))
      harness.advance(.milliseconds(3_000))
      #expect(harness.perform(Call(verb, "s")) == .missing)
    }
  }

  @Test("A slide counts from the call, to the millisecond")
  func slideIsExact() {
    for verb in [Verb.get, .touch] {
      var harness = MemoryHarness()
      _ = harness.perform(.put("s", version: 1, idleTimeout: 2))
      harness.advance(.milliseconds(1_999))
      #expect(harness.perform(Call(verb, "s")) != .missing)
      harness.advance(.milliseconds(1_999))
      #expect(harness.perform(.inspect("s")) != .missing)
      harness.advance(.milliseconds(1))
      #expect(harness.perform(.inspect("s")) == .missing)
    }
  }

  @Test("What is left of a timeout is rounded up to seconds")
  func expiresInIsRoundedUp() {
    var harness = MemoryHarness()
    _ = harness.perform(.put("s", version: 1, idleTimeout: 3))
    var seen: [Int] = []
    for milliseconds in [0, 1, 999, 1, 998, 1_000] {
      harness.advance(.milliseconds(milliseconds))
      if case .found(let session) = harness.perform(.peek("s")) { seen.append(session.expiresIn) }
    }
    #expect(seen == [3, 3, 2, 2, 2, 1])
  }

  @Test("Nothing is ever pending")
  func completesAtOnce() {
    var harness = MemoryHarness()
    _ = harness.perform(.put("s", version: 1))
    _ = harness.perform(.get("s"))
    #expect(harness.nextCompletion() == nil)
  }

  @Test("Workers share sessions")
  func doorsShareSessions() {
    var one = MemoryHarness()
    var other = MemoryHarness(one.sessions)
    #expect(one.perform(.put("s", version: 1)) == .created(version: 1))
    #expect(other.perform(.put("s", version: 2)) == .replaced(version: 2))
    #expect(one.perform(.delete("s")) == .deleted)
    #expect(other.perform(.get("s")) == .missing)
  }

  @Test("A worker whose tick began earlier than a session's last use says its timeout and no more")
  func toleratesEarlierTicks() {
    var late = MemoryHarness()
    var early = MemoryHarness(late.sessions)
    late.advance(.milliseconds(10))
    let put = Call.put("s", version: 1, idleTimeout: 30)
    _ = late.perform(put)
    for _ in 0..<2 {
      guard case .found(let session) = early.perform(.peek("s")) else {
        Issue.record("the session is not found")
        return
      }
      #expect(session.expiresIn == 30)
      _ = late.perform(.touch("s"))
    }
  }

  @Test("100,000 sessions are counted and found")
  func holdsMany() {
    var harness = MemoryHarness()
    let many = 100_000
    for number in 0..<many {
      let made = harness.perform(.put("session\(number)", "\(number)", version: UInt64(number)))
      #expect(made == .created(version: UInt64(number)))
    }
    #expect(harness.sessions.statistics.sessions == many)
    var found = 0
    for number in 0..<many {
      guard case .found(let session) = harness.perform(.peek("session\(number)")) else { continue }
      if session.version == UInt64(number), session.payload == Array("\(number)".utf8) {
        found += 1
      }
    }
    #expect(found == many)
    for number in 0..<many { _ = harness.perform(.delete("session\(number)")) }
    #expect(harness.sessions.statistics == MemoryStatistics(sessions: 0, bytes: 0))
  }
}
