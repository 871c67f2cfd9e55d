import Primitives
import Testing

@testable import Gateway

@Suite("Requests to end")
struct TerminationTests {
  @Test("The first drains, its echo is nothing, a later one stops")
  func steps() {
    var termination = Termination()
    let start = Instant(nanoseconds: 7)
    #expect(termination.request(at: start) == .drain)
    #expect(termination.request(at: start) == .ignore)
    #expect(termination.request(at: start + .milliseconds(99)) == .ignore)
    #expect(termination.request(at: start + .milliseconds(100)) == .stop)
    #expect(termination.request(at: start + .milliseconds(101)) == .stop)
  }
}
