import Primitives
import Testing

@testable import Reactor

@Suite("Alarm")
struct AlarmTests {
  @Test("It ends a wait, again and again, without being read; and not at .never")
  func endsWaits() throws {
    var poller = try Poller()
    let alarm = try Alarm()
    let isWatched = poller.register(alarm.fd, token: 7, interest: [.readable, .edgeTriggered])
    #expect(isWatched)
    for _ in 0..<3 {
      let due = Instant.now() + .microseconds(300)
      alarm.set(due)
      let count = poller.wait(until: .never, now: .now())
      #expect(count == 1)
      let token = poller.event(0).token
      #expect(token == 7)
      #expect(Instant.now() >= due)
    }
    alarm.set(.now() + .seconds(3_600))
    alarm.set(.never)
    let count = poller.wait(until: .now(), now: .now())
    #expect(count == 0)
  }
}
