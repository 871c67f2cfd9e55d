// When free memory is returned to the system, at times that the test chooses.

import Primitives
import Testing

@testable import Gateway

@Suite("Free memory that is returned")
struct SpareMemoryTests {
  private static let megabyte = 1 << 20

  /// Whether it is returned, with so many megabytes resident and held, after so many seconds.
  private func look(
    _ memory: inout SpareMemory, _ resident: Int, held: Int = 0, after seconds: Int
  ) -> Bool {
    memory.isWorthReturning(
      resident: resident * Self.megabyte, held: held * Self.megabyte,
      at: Instant(nanoseconds: 0) + .seconds(seconds))
  }

  @Test("What clients hold stays, and what they leave behind is returned")
  func afterAFlood() {
    var memory = SpareMemory()
    #expect(!look(&memory, 20, after: 0))
    #expect(!look(&memory, 250, held: 200, after: 5))
    #expect(look(&memory, 250, after: 10))
  }

  @Test("A little more than at rest is kept")
  func little() {
    var memory = SpareMemory()
    #expect(!look(&memory, 30, after: 0))
    #expect(!look(&memory, 20, after: 5))
    #expect(!look(&memory, 52, after: 10))
    #expect(look(&memory, 53, after: 15))
  }

  @Test("What is lost between many sessions is kept")
  func sessions() {
    var memory = SpareMemory()
    #expect(!look(&memory, 20, after: 0))
    #expect(!look(&memory, 1_500, held: 1_000, after: 5))
    #expect(look(&memory, 1_600, held: 1_000, after: 10))
  }

  @Test("Memory that is in use is searched once a minute")
  func inUse() {
    var memory = SpareMemory()
    #expect(!look(&memory, 20, after: 0))
    #expect(look(&memory, 500, after: 5))
    #expect(!look(&memory, 500, after: 64))
    #expect(look(&memory, 500, after: 65))
  }
}
