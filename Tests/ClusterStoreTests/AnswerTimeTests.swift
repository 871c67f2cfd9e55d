import Primitives
import Testing

@testable import ClusterStore

@Suite("A node that answers more slowly than it can has work")
struct AnswerTimeTests {
  private var time = AnswerTime()
  private var now = Instant(nanoseconds: 1_000_000_000)
  private var sequence: UInt64 = 0

  /// One command is answered after so many microseconds.
  private mutating func answer(after microseconds: Int) {
    time.begin(after: sequence, at: now)
    sequence += 1
    now = now + .microseconds(microseconds)
    time.end(sequence, at: now)
  }

  @Test("Nothing is known at first, and the first answer is the quickest")
  mutating func first() {
    #expect(!time.isSlow)
    answer(after: 700)
    #expect(!time.isSlow)
  }

  @Test("A node that is only far away is not slow")
  mutating func far() {
    for microseconds in [30_000, 31_000, 29_000, 45_000] { answer(after: microseconds) }
    #expect(!time.isSlow)
  }

  @Test("Three times the quickest is slow, and a quicker answer ends it")
  mutating func slow() {
    answer(after: 300)
    answer(after: 900)
    #expect(!time.isSlow)
    answer(after: 901)
    #expect(time.isSlow)
    answer(after: 899)
    #expect(!time.isSlow)
  }

  @Test("No time at all counts as 50 microseconds")
  mutating func none() {
    answer(after: 0)
    answer(after: 150)
    #expect(!time.isSlow)
    answer(after: 151)
    #expect(time.isSlow)
  }

  @Test("The quickest answer is forgotten after a minute")
  mutating func forgotten() {
    answer(after: 100)
    answer(after: 900)
    #expect(time.isSlow)
    now = now + .seconds(60)
    answer(after: 900)
    #expect(!time.isSlow)
  }

  @Test("What was sent before the measured command is no answer to it")
  mutating func behind() {
    time.begin(after: 0, at: now)
    time.end(1, at: now)
    time.begin(after: 4, at: now)
    // Measured already.
    time.begin(after: 5, at: now + .milliseconds(1))
    time.end(3, at: now + .microseconds(10))
    time.end(4, at: now + .microseconds(20))
    #expect(!time.isSlow)
    time.end(5, at: now + .microseconds(151))
    #expect(time.isSlow)
  }
}
