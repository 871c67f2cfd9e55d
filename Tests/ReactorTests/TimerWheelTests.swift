import Chance
import Primitives
import Reactor
import Testing

@Suite struct TimerWheelTests {
  private func at(_ milliseconds: Int) -> Instant {
    Instant(nanoseconds: 0) + .milliseconds(milliseconds)
  }

  @Test func firesAfterItsInstantAndNeverBefore() {
    var wheel = TimerWheel(now: at(0))
    wheel.set(7, at: at(20))
    #expect(wheel.popExpired(now: at(19)) == nil)
    #expect(wheel.popExpired(now: at(20)) == nil)
    #expect(wheel.next == at(24))
    #expect(wheel.popExpired(now: at(24)) == 7)
    #expect(wheel.popExpired(now: at(24)) == nil)
    #expect(wheel.next == .never)
    #expect(wheel.count == 0)
  }

  @Test func aRenewedDeadlineWaitsAndAnEarlierOneDoesNot() {
    var wheel = TimerWheel(now: at(0))
    wheel.set(1, at: at(16))
    wheel.set(1, at: at(160))
    #expect(wheel.popExpired(now: at(100)) == nil)
    #expect(wheel.deadline(of: 1) == at(160))
    wheel.set(1, at: at(112))
    #expect(wheel.popExpired(now: at(111)) == nil)
    #expect(wheel.popExpired(now: at(112)) == 1)
  }

  @Test func aPastDeadlineFiresAtOnceAndACancelledOneNever() {
    var wheel = TimerWheel(now: at(1_000))
    wheel.set(3, at: at(5))
    wheel.set(4, at: at(5))
    wheel.cancel(4)
    wheel.cancel(99_999)
    wheel.set(5, at: at(1_001))
    wheel.set(5, at: .never)
    #expect(wheel.popExpired(now: at(1_000)) == 3)
    #expect(wheel.popExpired(now: at(60_000)) == nil)
  }

  @Test func aDeadlineBeyondATurnKeepsItsTime() {
    var wheel = TimerWheel(now: at(0))
    let hour = 3_600_000
    wheel.set(2, at: at(hour))
    var now = at(0)
    while wheel.next < at(hour) {
      let next = wheel.next
      #expect(next > now)
      now = next
      #expect(wheel.popExpired(now: now) == nil)
    }
    #expect(wheel.popExpired(now: at(hour)) == 2)
  }

  /// A dictionary is the oracle: what fires is due, at most a tick late, and nothing due is kept.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func agreesWithADictionary(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var now = Instant(nanoseconds: Int64(random.next() % 1_000_000_000_000))
    var wheel = TimerWheel(now: now)
    var oracle: [UInt32: Instant] = [:]
    for _ in 0..<30_000 {
      let id = UInt32.random(in: 0..<300, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        let far = Int.random(in: 0..<20, using: &random) == 0
        let span = Int.random(in: -10_000...(far ? 60_000_000 : 400_000), using: &random)
        let deadline = now + .microseconds(span)
        wheel.set(id, at: deadline)
        oracle[id] = deadline
      case 6:
        wheel.cancel(id)
        oracle[id] = nil
      default:
        let jump = Int.random(in: 0..<50, using: &random) == 0 ? 20_000_000 : 12_000
        now = now + .microseconds(Int.random(in: 0...jump, using: &random))
        if let first = oracle.values.min() {
          // The lower bound never lies beyond the tick after the first deadline.
          #expect(wheel.next < max(first, now) + .milliseconds(8))
        }
        while let fired = wheel.popExpired(now: now) {
          let deadline = oracle.removeValue(forKey: fired)
          #expect(deadline != nil && deadline! <= now)
        }
        let late = oracle.values.filter { $0 + .milliseconds(8) <= now }
        #expect(late.isEmpty)
      }
      #expect(wheel.count == oracle.count)
      #expect(wheel.deadline(of: id) == oracle[id])
    }
  }
}
