import Primitives
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("What is done about a lock is done again when its answer is lost")
struct LockLossTests {
  private static func say(_ letters: String) -> [UInt8] {
    Array("$\(letters.utf8.count)\r\n\(letters)\r\n".utf8)
  }

  /// A call whose answer is lost with its connection, and what is answered to what is sent again.
  private func outcome(of call: Call, secondAnswer: String) -> Outcome? {
    let world = ScriptedNodes.cluster()
    let number = world.call(call)
    let sent = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == sent)
    #expect(world.verdicts == 0)
    world.say(7000, Self.say(secondAnswer))
    return world.outcomes[number]
  }

  @Test("A release that was carried out says so when it is repeated")
  func released() {
    #expect(outcome(of: .unlock(ID.low, 7), secondAnswer: "V") == .unlocked)
    #expect(outcome(of: .unlock(ID.low, 7), secondAnswer: "U") == .unlocked)
  }

  @Test("A release whose lock somebody took or broke since may have been carried out")
  func broken() {
    #expect(outcome(of: .unlock(ID.low, 7), secondAnswer: "X") == .fault(.outcomeUnknown))
  }

  @Test(
    "What may have been carried out is not told to have been refused",
    arguments: ["NOPERM", "MISCONF"])
  func refusedLater(_ word: String) {
    for call in [Call.unlock(ID.low, 7), .renew(ID.low, 7), .touch(ID.low).when(version: 1)] {
      let world = ScriptedNodes.cluster()
      let number = world.call(call)
      world.hangUp(7000)
      world.pass(milliseconds: 200)
      world.say(7000, "-\(word) no\r\n")
      #expect(world.outcomes[number] == .fault(.outcomeUnknown), "\(call.verb)")
    }
  }

  @Test("An answer that only a repeated write can get is none to others")
  func oddAnswer() {
    for call in [Call.unlock(ID.low, 7), .renew(ID.low, 7), .touch(ID.low).when(version: 1)] {
      let world = ScriptedNodes.cluster()
      let number = world.call(call)
      world.say(7000, Self.say("O"))
      #expect(world.outcomes[number] == .fault(.outcomeUnknown), "\(call.verb)")
    }
  }

  @Test("A second release whose answer was not lost finds that the lock is not its caller's")
  func twice() {
    let world = ScriptedNodes.cluster()
    let number = world.call(.unlock(ID.low, 7))
    world.say(7000, Self.say("V"))
    #expect(world.outcomes[number] == .lockLost)
  }

  @Test("A renewal is repeated, and says what it finds")
  func renewed() {
    #expect(outcome(of: .renew(ID.low, 7), secondAnswer: "T") == .renewed)
    #expect(outcome(of: .renew(ID.low, 7), secondAnswer: "X") == .lockLost)
  }

  /// Behind the script of a lock stands the reading of its session.
  @Test("A lock whose script left may have been acquired, be the reading behind it cut or not")
  func cut() {
    var seen: Set<Int> = []
    for window in 1...400 {
      let world = ScriptedNodes.cluster()
      world.windows[7000] = window
      let number = world.call(.lock(ID.low, 7))
      let arrived = world.taken(by: 7000).count
      seen.insert(arrived)
      world.die(7000)
      world.pass(milliseconds: 11_000)
      #expect(
        world.outcomes[number] == .fault(arrived == 0 ? .deadlinePassed : .outcomeUnknown),
        "\(window) bytes left")
    }
    #expect(seen == [0, 1, 2])
  }

  @Test("A lock is asked for again with the same token, and so is its caller's if it was acquired")
  func acquired() {
    let world = ScriptedNodes.cluster()
    let number = world.call(.lock(ID.low, 7))
    let sent = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == sent)
    world.say(7000, Self.say("M") + Array("$-1\r\n".utf8))
    #expect(world.outcomes[number] == .missing)
  }
}
