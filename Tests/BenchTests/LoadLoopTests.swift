import Bench
import Primitives
import Reactor
import Testing

@Suite("A load under way")
struct LoadLoopTests {
  /// The kernel takes connections in, and nobody ever reads.
  private func plan(before listener: borrowing Listener) -> LoadPlan {
    var plan = LoadPlan()
    plan.port = UInt16(listener.address.port)
    (plan.connections, plan.fills) = (3, false)
    plan.warmUp = TimeSpan(nanoseconds: 0)
    plan.patience = .milliseconds(200)
    return plan
  }

  private func run(_ loop: inout LoadLoop) {
    while !loop.isFinished { loop.run(until: .now() + .milliseconds(100)) }
  }

  @Test("A server that falls silent ends it, and what was asked in vain is counted")
  func silenceWhileMeasuring() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    var loop = try LoadLoop(plan(before: listener), tls: nil)
    run(&loop)
    #expect(loop.fault == .silent(.milliseconds(200)))
    #expect(loop.tally.unanswered == 3 && loop.tally.failed == 3)
    #expect(loop.measured.from < loop.measured.to)
  }

  @Test("A server that is silent from the start leaves no figures")
  func silenceBefore() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    var plan = plan(before: listener)
    plan.fills = true
    var loop = try LoadLoop(plan, tls: nil)
    run(&loop)
    #expect(loop.fault == .silent(.milliseconds(200)))
    #expect(loop.measured.from == .never)
  }
}
