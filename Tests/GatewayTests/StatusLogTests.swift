// When the log is told of the gateway as a whole, at times that the test chooses.

import Primitives
import Testing

@testable import Gateway

extension StatusLog {
  /// Looks at a gateway so many seconds after its start.
  fileprivate mutating func look(
    _ readiness: Readiness = .ready, exhaustions: Int = 0, after second: Int
  ) -> [Entry] {
    look(readiness, exhaustions: exhaustions, at: Instant(nanoseconds: 0) + .seconds(second))
  }
}

@Suite("What the log says of the gateway as a whole")
struct StatusLogTests {
  @Test("A start and a failover end before anything is said")
  func short() {
    var log = StatusLog()
    for (second, isReady) in [(0, false), (3, false), (4, true), (9, false), (12, true)] {
      let readiness: Readiness = isReady ? .ready : .notServing
      #expect(log.look(readiness, after: second) == [], "after \(second) s")
    }
  }

  @Test("What lasts is told, again each minute, and when it is over")
  func lasting() {
    var log = StatusLog()
    #expect(log.look(.notServing, after: 0) == [])
    #expect(log.look(.notServing, after: 5) == [.notReady(.seconds(5))])
    #expect(log.look(.notServing, after: 60) == [])
    #expect(log.look(.notServing, after: 65) == [.notReady(.seconds(65))])
    #expect(log.look(.ready, after: 70) == [.readyAgain(.seconds(70))])
    #expect(log.look(.ready, after: 75) == [])
    #expect(log.look(.notServing, after: 80) == [])
    #expect(log.look(.notServing, after: 84) == [.notReady(.seconds(4))])
  }

  @Test("A gateway that ends during an outage is not called ready again")
  func ends() {
    var log = StatusLog()
    #expect(log.look(.notServing, after: 0) == [])
    #expect(log.look(.notServing, after: 5) == [.notReady(.seconds(5))])
    #expect(log.look(.draining, after: 10) == [])
    #expect(log.look(.draining, after: 15) == [])
  }

  @Test("Descriptors that run out are told once, and when it has not happened for a minute")
  func descriptors() {
    var log = StatusLog()
    #expect(log.look(exhaustions: 0, after: 0) == [])
    #expect(log.look(exhaustions: 3, after: 5) == [.outOfDescriptors])
    #expect(log.look(exhaustions: 9, after: 10) == [])
    #expect(log.look(exhaustions: 9, after: 69) == [])
    #expect(log.look(exhaustions: 9, after: 70) == [.descriptorsAgain])
    #expect(log.look(exhaustions: 10, after: 75) == [.outOfDescriptors])
  }
}
