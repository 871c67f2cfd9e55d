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

  @Test("A connection that is lost while others are still being opened ends it")
  func lostWhileOpening() throws {
    // The kernel takes in one connection, and the others when that one is accepted.
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 0)
    var plan = plan(before: listener)
    plan.patience = .seconds(60)
    var loop = try LoadLoop(plan, tls: nil)
    loop.run(until: .now())
    while case .none = listener.accept() { loop.run(until: .now()) }
    run(&loop)
    #expect(loop.fault == .lost(isEncrypted: false))
  }

  @Test("What is not HTTP ends it before the load, with a hint at TLS")
  func notHTTP() throws {
    let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 8)
    var plan = plan(before: listener)
    (plan.connections, plan.fills, plan.patience) = (1, true, .seconds(60))
    var loop = try LoadLoop(plan, tls: nil)
    loop.run(until: .now())
    guard case .connection(let client) = listener.accept() else {
      Issue.record("the load connects")
      return
    }
    while loop.filled == 0 { loop.run(until: .now()) }
    // The alert of a TLS port: a fatal one, for something unexpected.
    let alert: [UInt8] = [21, 3, 1, 0, 2, 2, 10]
    #expect(unsafe client.write(alert.span.bytes) == .moved(alert.count))
    run(&loop)
    #expect(loop.fault == .notHTTP(isEncrypted: false))
    #expect(loop.fault?.description.contains("--tls") == true)
  }
}
