import Primitives
import Redis
import Testing

@Suite("Backing off")
struct BackoffTests {
  @Test("bounds double from the base and stop at the cap")
  func bounds() {
    let retry = (1...9).map { Backoff.retry.bound(failures: $0).nanoseconds / 1_000_000 }
    #expect(retry == [4, 8, 16, 32, 64, 128, 250, 250, 250])
    let reconnect = (1...8).map { Backoff.reconnect.bound(failures: $0).nanoseconds / 1_000_000 }
    #expect(reconnect == [50, 100, 200, 400, 800, 1600, 2000, 2000])
    #expect(Backoff.retry.bound(failures: .max) == .milliseconds(250))
  }

  @Test("a pause is spread over all of its bound and never beyond it")
  func jitter() {
    let backoff = Backoff.retry
    for failures in [1, 3, 7, 100] {
      let bound = backoff.bound(failures: failures)
      #expect(backoff.pause(failures: failures, random: 0).nanoseconds == 1)
      #expect(backoff.pause(failures: failures, random: .max) == bound)
      let half = backoff.pause(failures: failures, random: 1 << 63)
      #expect(half.nanoseconds == bound.nanoseconds / 2 + 1)
    }
  }
}
