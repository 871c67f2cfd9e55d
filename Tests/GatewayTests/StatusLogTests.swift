// When the log is told of the gateway as a whole, at times that the test chooses.

import Primitives
import Testing

@testable import Gateway

@Suite("What the log says of the gateway as a whole")
struct StatusLogTests {
  private func seconds(_ count: Int) -> Instant {
    Instant(nanoseconds: 0) + .seconds(count)
  }

  @Test("A start and a failover end before anything is said")
  func short() {
    var log = StatusLog()
    for (second, isReady) in [(0, false), (3, false), (4, true), (9, false), (12, true)] {
      let readiness: Readiness = isReady ? .ready : .notServing
      #expect(
        log.look(readiness, exhaustions: 0, at: seconds(second)) == [],
        "after \(second) s")
    }
  }

  @Test("What lasts is told, again each minute, and when it is over")
  func lasting() {
    var log = StatusLog()
    func look(_ readiness: Readiness, after second: Int) -> [StatusLog.Entry] {
      log.look(readiness, exhaustions: 0, at: seconds(second))
    }
    #expect(look(.notServing, after: 0) == [])
    #expect(look(.notServing, after: 5) == [.notReady(.seconds(5))])
    #expect(look(.notServing, after: 60) == [])
    #expect(look(.notServing, after: 65) == [.notReady(.seconds(65))])
    #expect(look(.ready, after: 70) == [.readyAgain(.seconds(70))])
    #expect(look(.ready, after: 75) == [])
    #expect(look(.notServing, after: 80) == [])
    #expect(look(.notServing, after: 84) == [.notReady(.seconds(4))])
  }

  @Test("A gateway that ends during an outage is not called ready again")
  func ends() {
    var log = StatusLog()
    func look(_ readiness: Readiness, after second: Int) -> [StatusLog.Entry] {
      log.look(readiness, exhaustions: 0, at: seconds(second))
    }
    #expect(look(.notServing, after: 0) == [])
    #expect(look(.notServing, after: 5) == [.notReady(.seconds(5))])
    #expect(look(.draining, after: 10) == [])
    #expect(look(.draining, after: 15) == [])
  }

  @Test("Descriptors that run out are told once, and when it has not happened for a minute")
  func descriptors() {
    var log = StatusLog()
    func look(_ exhaustions: Int, after second: Int) -> [StatusLog.Entry] {
      log.look(.ready, exhaustions: exhaustions, at: seconds(second))
    }
    #expect(look(0, after: 0) == [])
    #expect(look(3, after: 5) == [.outOfDescriptors])
    #expect(look(9, after: 10) == [])
    #expect(look(9, after: 69) == [])
    #expect(look(9, after: 70) == [.descriptorsAgain])
    #expect(look(10, after: 75) == [.outOfDescriptors])
  }
}
