import Reactor
import Synchronization
import Testing

@Suite struct ResolverTests {
  private final class Answers: Sendable {
    let all = Mutex<[Resolution]>([])
    let bell: Bell
    init() throws { bell = try Bell() }
    func add(_ answer: Resolution) {
      all.withLock { $0.append(answer) }
      bell.ring()
    }
    func wait(for count: Int) -> [Resolution] {
      while all.withLock({ $0.count }) < count { bell.wait() }
      return all.withLock { $0 }
    }
  }

  @Test func answersNamesOnItsThread() throws {
    let resolver = try Resolver()
    let answers = try Answers()
    resolver.resolve("localhost", port: 7_000) { answers.add($0) }
    guard case .addresses(let found) = answers.wait(for: 1)[0] else {
      Issue.record("every machine knows localhost")
      return
    }
    let local = ["127.0.0.1", "::1"]
    #expect(!found.isEmpty && found.allSatisfy { local.contains($0.host) && $0.port == 7_000 })
    resolver.resolve("10.1.2.3", port: 1) { answers.add($0) }
    #expect(answers.wait(for: 2)[1] == .addresses([Address(literal: "10.1.2.3", port: 1)!]))
    resolver.resolve("no-such-host.invalid", port: 1) { answers.add($0) }
    let unknown = answers.wait(for: 3)[2]
    #expect(unknown == .unknown || unknown == .unavailable)
    resolver.stop()
  }

  /// A name whose lookup takes long is asked for again and again: others wait for one lookup of it.
  @Test func theSameQuestionsAreOneLookup() throws {
    let resolver = try Resolver(limit: 8)
    let answers = try Answers()
    let (gate, entered) = (try Bell(), try Bell())
    resolver.resolve("127.0.0.1", port: 1) { _ in
      entered.ring()
      gate.wait()
    }
    entered.wait()
    let again = Address(literal: "127.0.0.2", port: 1)!
    let again2 = Address(literal: "127.0.0.2", port: 2)!
    let other = Address(literal: "127.0.0.3", port: 1)!
    for host in ["127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.2"] {
      resolver.resolve(host, port: 1) { answers.add($0) }
    }
    resolver.resolve("127.0.0.2", port: 2) { answers.add($0) }
    gate.ring()
    let found = answers.wait(for: 5)
    let expected = Array(repeating: Resolution.addresses([again]), count: 3)
    #expect(Array(found.prefix(5)) == expected + [.addresses([again2]), .addresses([other])])
    resolver.stop()
  }

  @Test func refusesAfterTheEndAndStopsTwice() throws {
    let resolver = try Resolver(limit: 1)
    let answers = try Answers()
    resolver.stop()
    resolver.stop()
    resolver.resolve("localhost", port: 1) { answers.add($0) }
    #expect(answers.all.withLock { $0 } == [.busy])
  }

  /// The first question's answer holds the thread, one more may wait, the rest is turned away.
  @Test func holdsSoManyQuestionsAndNoMore() throws {
    let resolver = try Resolver(limit: 1)
    let answers = try Answers()
    let gate = try Bell()
    let entered = try Bell()
    resolver.resolve("127.0.0.1", port: 1) {
      entered.ring()
      gate.wait()
      answers.add($0)
    }
    entered.wait()
    resolver.resolve("127.0.0.2", port: 1) { answers.add($0) }
    resolver.resolve("127.0.0.3", port: 1) { answers.add($0) }
    #expect(answers.all.withLock { $0 } == [.busy])
    gate.ring()
    #expect(answers.wait(for: 3)[2] == .addresses([Address(literal: "127.0.0.2", port: 1)!]))
    resolver.stop()
  }
}
