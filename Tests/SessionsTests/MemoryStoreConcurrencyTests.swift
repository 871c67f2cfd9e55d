// Threads stand for workers. They agree on nothing but the sessions, and the test on nothing but
// what must be so in whatever order they ran.

import Chance
import Foundation
import Primitives
import StoreContract
import Synchronization
import Testing

@testable import Sessions

/// Runs `body` on a thread of its own: Swift's pool has few, and other tests hold them.
private func onThread<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}

@Suite("Memory store shared by workers")
struct MemoryStoreConcurrencyTests {
  private static let workers = 4
  private static let rounds = 5_000

  @Test("No payload is torn, and the totals are those of what is left")
  func hammered() async {
    let sessions = SharedSessions(
      namespaces: ContractNamespaces.list(), memoryLimit: 1 << 30)
    let tallies = await withTaskGroup(of: Tally.self) { group in
      for worker in 0..<Self.workers {
        group.addTask { await onThread { Self.work(sessions, seed: UInt64(worker + 1)) } }
      }
      return await group.reduce(into: Tally()) { $0.add($1) }
    }
    #expect(tallies.torn == 0)
    #expect(tallies.found > 0)
    // Whoever made a session and whoever removed one was told so, once.
    #expect(sessions.statistics.sessions == tallies.created - tallies.deleted)
    var harness = MemoryHarness(sessions)
    var bytes = 0
    for number in 0..<64 {
      guard case .found(let session) = harness.perform(.peek("key\(number)")) else { continue }
      bytes += "key\(number)".utf8.count + session.contentType.count + session.payloadLength
      bytes += SharedSessions.overhead
    }
    #expect(sessions.statistics.bytes == bytes)
    for number in 0..<64 { _ = harness.perform(.delete("key\(number)")) }
    #expect(sessions.statistics == MemoryStatistics(sessions: 0, bytes: 0))
  }

  @Test("Of several that create one session only if it is absent, one does")
  func oneCreates() async {
    let sessions = SharedSessions(namespaces: ContractNamespaces.list(), memoryLimit: 1 << 30)
    let created = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<Self.workers {
        group.addTask {
          await onThread {
            var harness = MemoryHarness(sessions)
            return (0..<1_000).count { number in
              let call = Call.put("race\(number)", version: UInt64(worker + 1)).when(.absent)
              return harness.perform(call) == .created(version: UInt64(worker + 1))
            }
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(created == 1_000)
  }

  @Test("Together they do not exceed the budget")
  func budgetHolds() async {
    let cost = "fill0-0000".utf8.count + "text/plain".utf8.count + 500 + SharedSessions.overhead
    let sessions = SharedSessions(
      namespaces: ContractNamespaces.list(), memoryLimit: cost * 300)
    let created = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<Self.workers {
        group.addTask {
          await onThread {
            var harness = MemoryHarness(sessions)
            return (1_000..<1_200).count { number in
              let call = Call.put("fill\(worker)-\(number)", version: 1)
                .carrying(Array(repeating: 1, count: 500))
              return harness.perform(call) == .created(version: 1)
            }
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(created == 300)
    #expect(sessions.statistics == MemoryStatistics(sessions: 300, bytes: cost * 300))
  }

  /// A budget of one byte is a lock: whoever reserves it is alone until it is released.
  @Test("What fits once is never reserved twice")
  func oneReserves() async {
    let budget = SharedBudget()
    let (reserved, shared) = await withTaskGroup(of: (Int, Int).self) { group in
      for _ in 0..<Self.workers {
        group.addTask { await onThread { budget.contend(rounds: 5_000_000) } }
      }
      return await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    }
    #expect(reserved > 0)
    #expect(shared == 0, "of \(reserved)")
    #expect(budget.used == 0)
  }

  private final class SharedBudget: Sendable {
    private let budget = MemoryBudget(limit: 1)
    private let holders = Atomic(0)

    var used: Int { budget.used }

    /// How often the byte was reserved, and how often somebody else had it too.
    func contend(rounds: Int) -> (reserved: Int, shared: Int) {
      var (reserved, shared) = (0, 0)
      for _ in 0..<rounds where budget.reserve(1) {
        reserved += 1
        if holders.add(1, ordering: .relaxed).oldValue != 0 { shared += 1 }
        holders.subtract(1, ordering: .relaxed)
        budget.release(1)
      }
      return (reserved, shared)
    }
  }

  private struct Tally {
    var created = 0
    var deleted = 0
    var found = 0
    var torn = 0

    mutating func note(_ whole: Bool) {
      found += 1
      if !whole { torn += 1 }
    }

    mutating func add(_ other: Tally) {
      created += other.created
      deleted += other.deleted
      found += other.found
      torn += other.torn
    }
  }

  private static func work(_ sessions: SharedSessions, seed: UInt64) -> Tally {
    var random = SeededRandom(seed: seed)
    var harness = MemoryHarness(sessions)
    var tally = Tally()
    for _ in 0..<rounds {
      let id = "key\(Int.random(in: 0..<64, using: &random))"
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: tally.created += put(id, &harness, &random)
      case 4..<8: if let whole = isWhole(harness.perform(.get(id))) { tally.note(whole) }
      case 8: _ = harness.perform(.touch(id))
      default: if harness.perform(.delete(id)) == .deleted { tally.deleted += 1 }
      }
    }
    return tally
  }

  /// A payload of any length whose every byte, and the session's version, follow from its first.
  private static func put(
    _ id: String, _ harness: inout MemoryHarness, _ random: inout SeededRandom
  ) -> Int {
    let byte = UInt8.random(in: 1...255, using: &random)
    let count = Int.random(in: 1...2_000, using: &random)
    let call = Call.put(id, version: UInt64(byte) << 32 | UInt64(count))
      .carrying((0..<count).map { byte &+ UInt8(truncatingIfNeeded: $0) })
    if case .created = harness.perform(call) { return 1 }
    return 0
  }

  /// Nil when nothing was found.
  private static func isWhole(_ seen: Observation) -> Bool? {
    guard case .found(let session) = seen else { return seen == .missing ? nil : false }
    let byte = UInt8(truncatingIfNeeded: session.version >> 32)
    let count = Int(session.version & 0xFFFF_FFFF)
    return session.payload == (0..<count).map { byte &+ UInt8(truncatingIfNeeded: $0) }
  }
}
