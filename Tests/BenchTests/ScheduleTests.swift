import Primitives
import Testing

@testable import Bench

@Suite("Arrival schedule")
struct ScheduleTests {
  private func at(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

  @Test("In an open loop request n is due n / rate after the start, however late it is taken")
  func keepsDueTimes() {
    var schedule = ArrivalSchedule(rate: 3, start: at(1_000), end: at(2_000_001_000), limit: 100)
    #expect(schedule.take(at: at(999)) == nil)
    #expect(schedule.take(at: at(1_000)) == at(1_000))
    #expect(schedule.take(at: at(1_000)) == nil)
    // Everything after that is taken late, at once, and keeps its time.
    var due: [Int64] = []
    while let next = schedule.take(at: at(5_000_000_000)) { due.append(next.nanoseconds) }
    #expect(due == [333_334_333, 666_667_666, 1_000_001_000, 1_333_334_333, 1_666_667_666])
    #expect(schedule.isOver(at: at(5_000_000_000)))
  }

  @Test("The last request of an open loop has its time, too: so many in so long is the rate")
  func lastsUntilTheEnd() {
    var schedule = ArrivalSchedule(rate: 2, start: at(0), end: at(1_000_000_000), limit: 100)
    for _ in 0..<2 { #expect(schedule.take(at: at(600_000_000)) != nil) }
    #expect(schedule.closing == at(1_000_000_000))
    #expect(!schedule.isOver(at: at(999_999_999)) && schedule.isOver(at: at(1_000_000_000)))
    var few = ArrivalSchedule(rate: 2, start: at(0), end: at(9_000_000_000), limit: 3)
    for _ in 0..<3 { #expect(few.take(at: at(1_000_000_000)) != nil) }
    #expect(few.closing == at(1_500_000_000))
  }

  @Test("A million a second for an hour neither drifts nor overflows")
  func doesNotDrift() {
    let hour = Int64(3_600) * 1_000_000_000
    var schedule = ArrivalSchedule(
      rate: 999_983, start: at(0), end: at(.max), limit: Int.max)
    for _ in 0..<999_983 { _ = schedule.take(at: at(hour)) }
    #expect(schedule.nextDue == at(1_000_000_000))
    #expect(schedule.backlog(from: at(0), at: at(hour)) == 999_983 * 3_600 + 1 - 999_983)
  }

  @Test("The backlog counts what was due and not taken, up to the end and the limit")
  func countsBacklog() {
    var schedule = ArrivalSchedule(rate: 10, start: at(0), end: at(1_000_000_000), limit: 8)
    #expect(schedule.backlog(from: at(0), at: at(-5)) == 0)
    #expect(schedule.backlog(from: at(0), at: at(0)) == 1)
    #expect(schedule.backlog(from: at(0), at: at(250_000_000)) == 3)
    _ = schedule.take(at: at(250_000_000))
    #expect(schedule.backlog(from: at(0), at: at(250_000_000)) == 2)
    #expect(schedule.backlog(from: at(0), at: at(9_000_000_000)) == 7)
    let unlimited = ArrivalSchedule(rate: 10, start: at(0), end: at(1_000_000_000), limit: 99)
    #expect(unlimited.backlog(from: at(0), at: at(9_000_000_000)) == 10)
    // At 0 and a third of a second.
    let short = ArrivalSchedule(rate: 3, start: at(0), end: at(500_000_000), limit: 99)
    #expect(short.backlog(from: at(0), at: at(9_000_000_000)) == 2)
  }

  @Test("The backlog leaves out what was due in the warm-up, taken or not")
  func leavesOutTheWarmUp() {
    let (first, end) = (at(1_000_000_000), at(2_000_000_000))
    var schedule = ArrivalSchedule(rate: 10, start: at(0), end: end, limit: 99)
    #expect(schedule.backlog(from: first, at: at(999_999_999)) == 0)
    #expect(schedule.backlog(from: first, at: first) == 1)
    #expect(schedule.backlog(from: first, at: end) == 10)
    for _ in 0..<12 { #expect(schedule.take(at: end) != nil) }
    #expect(schedule.backlog(from: first, at: end) == 8)
  }

  @Test("A closed loop's request is due when it is taken, until the end or the limit")
  func closesTheLoop() {
    var schedule = ArrivalSchedule(rate: nil, start: at(10), end: at(100), limit: 2)
    #expect(schedule.take(at: at(5)) == nil)
    #expect(schedule.take(at: at(50)) == at(50))
    #expect(schedule.take(at: at(100)) == nil)
    #expect(schedule.isOver(at: at(100)))
    #expect(!schedule.isOver(at: at(99)))
    #expect(schedule.take(at: at(99)) == at(99))
    #expect(schedule.take(at: at(99)) == nil)
    #expect(schedule.isOver(at: at(99)))
  }
}
