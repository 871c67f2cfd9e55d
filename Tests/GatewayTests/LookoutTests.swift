// By which time deadlines are judged, at times and with events that the test chooses.

import Primitives
import Reactor
import Testing

@testable import Gateway

@Suite("Up to when everything has been read")
struct LookoutTests {
  private func at(_ milliseconds: Int) -> Instant {
    Instant(nanoseconds: 0) + .milliseconds(milliseconds)
  }

  @Test("A wait that reported all: the time at which it began, not the time at which it ended")
  func suspended() {
    var lookout = Lookout(at: at(0))
    lookout.wait(from: at(10))
    // The process stands still for an hour between the wait and its look at the clock.
    lookout.note(3)
    lookout.settle(isAll: true, connections: 5, at: at(3_600_010))
    #expect(lookout.readUpTo == at(10))
    lookout.wait(from: at(3_600_011))
    lookout.note(0)
    lookout.settle(isAll: true, connections: 5, at: at(3_600_012))
    #expect(lookout.readUpTo == at(3_600_011))
  }

  @Test("What takes several waits counts from the first, until a wait reports less than it can")
  func several() {
    var lookout = Lookout(at: at(0))
    for wait in 1...3 {
      lookout.wait(from: at(wait))
      lookout.note(Poller.capacity)
      lookout.settle(isAll: false, connections: 1_000, at: at(wait + 1))
      #expect(lookout.readUpTo == at(0))
    }
    lookout.wait(from: at(4))
    lookout.note(1)
    lookout.settle(isAll: true, connections: 1_000, at: at(5))
    #expect(lookout.readUpTo == at(1))
  }

  @Test("As many events as there are descriptors, and one wait's, are all of them")
  func covered() {
    var lookout = Lookout(at: at(0))
    let connections = 3 * Poller.capacity
    for wait in 1...4 {
      lookout.wait(from: at(wait))
      lookout.note(Poller.capacity)
      lookout.settle(isAll: false, connections: connections, at: at(wait + 1))
      #expect(lookout.readUpTo == at(0))
    }
    lookout.wait(from: at(5))
    lookout.note(1)
    lookout.settle(isAll: false, connections: connections, at: at(6))
    #expect(lookout.readUpTo == at(1))
  }

  @Test("Under a load without an end, a second must do")
  func endless() {
    var lookout = Lookout(at: at(0))
    for wait in 1...1_001 {
      lookout.wait(from: at(wait))
      lookout.note(1)
      lookout.settle(isAll: false, connections: 1_000_000, at: at(wait))
      #expect(lookout.readUpTo == at(0))
    }
    lookout.wait(from: at(1_002))
    lookout.note(1)
    lookout.settle(isAll: false, connections: 1_000_000, at: at(1_002))
    #expect(lookout.readUpTo == at(1))
  }
}
