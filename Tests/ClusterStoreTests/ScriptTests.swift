import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Operations that scripts decide, on nodes that trip over them")
struct ScriptedOperationTests {
  let version = SessionVersion(bits: 5)
  let put = Call.put(ID.low, version: 5).when(version: 4)
  let theirs = Call.put(ID.low, version: 4)

  private func verbs(_ commands: [String]) -> [Substring] {
    commands.map { $0.split(separator: " ")[0] }
  }

  @Test("NOSCRIPT: the node is given the scripts, once for all, and each operation goes again")
  func noScript() {
    let world = ScriptedNodes.cluster()
    let calls = [world.submit(put), world.submit(Call.lock(ID.low, 1)), world.submit(put)]
    world.settle()
    #expect(verbs(world.taken(by: 7000)) == ["EVALSHA", "EVALSHA", "GET", "EVALSHA"])
    let none = "-NOSCRIPT No matching script.\r\n"
    world.say(7000, none + none + Say.null + none)
    world.pass(milliseconds: 20)
    let again = verbs(world.taken(by: 7000))
    #expect(again.count { $0 == "SCRIPT" } == Script.allCases.count)
    #expect(again.drop { $0 == "SCRIPT" } == ["EVALSHA", "EVALSHA", "GET", "EVALSHA"])
    world.say(7000, String(repeating: "$1\r\nx\r\n", count: Script.allCases.count))
    world.say(7000, "$1\r\nR\r\n$1\r\nM\r\n" + Say.null + "$1\r\nF\r\n")
    #expect(world.outcomes[calls[0]] == .replaced(version))
    #expect(world.outcomes[calls[1]] == .missing)
    #expect(world.outcomes[calls[2]] == .conditionFailed(present: nil))
    #expect(world.counters.errors[.noscript] == 2)
    #expect(world.depth == 0)
  }

  @Test("A correction that meets NOSCRIPT is not lost with the connection")
  func noScriptCorrection() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low))
    world.say(7000, Say.session(.put(ID.low, version: 7, idleTimeout: 60)))
    let correction = world.taken(by: 7000).last
    #expect(correction?.hasPrefix("EVALSHA \(Script.touch.digest)") == true)
    world.say(7000, "-NOSCRIPT No matching script.\r\n")
    #expect(world.taken(by: 7000).last == correction)
    world.hangUp(7000)
    world.pass(milliseconds: 100)
    #expect(world.taken(by: 7000) == [correction])
  }

  @Test(
    "A staged record whose slot is on its way goes as an argument: its key may be at another node",
    arguments: ["-TRYAGAIN half of it\r\n", "-ASK \(ID.slot(ID.low)) 10.0.0.1:7001\r\n"])
  func halved(_ refusal: String) {
    let world = ScriptedNodes.cluster()
    let call = world.call(put.carrying([UInt8](repeating: 1, count: 5_000)))
    #expect(verbs(world.taken(by: 7000)) == ["SET", "EVALSHA"])
    world.say(7000, Say.ok + refusal)
    world.pass(milliseconds: 500)
    let port: UInt16 = refusal.hasPrefix("-ASK") ? 7001 : 7000
    #expect(verbs(world.taken(by: port)).filter { $0 != "ASKING" } == ["EVALSHA"])
    world.say(port, (port == 7001 ? Say.ok : "") + "$1\r\nR\r\n")
    #expect(world.outcomes[call] == .replaced(version))
    #expect(world.depth == 0)
  }

  @Test("A conditional write that was lost goes again over an earlier write, and is decided anew")
  func lost() {
    let world = ScriptedNodes.cluster()
    world.pass(milliseconds: 1_000)
    let call = world.call(put)
    let stamp = world.stamp(before: 1)
    let sent = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(verbs(world.taken(by: 7000)) == ["GETRANGE"])
    world.say(7000, Say.header(theirs, stamp: stamp))
    #expect(world.taken(by: 7000) == [Command.again(sent[0], over: 4)])
    world.say(7000, "$1\r\nR\r\n")
    #expect(world.outcomes[call] == .replaced(version))
  }

  @Test("A conditional write that was lost and carried out is told from its version")
  func lostAndCarriedOut() {
    let world = ScriptedNodes.cluster()
    let call = world.call(put)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    world.say(7000, Say.header(.put(ID.low, version: 5)))
    #expect(world.outcomes[call] == .replaced(version))
  }

  @Test("A lock or a release that was lost goes again: their scripts know their own")
  func locks() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.lock(ID.low, 1))
    let sent = world.taken(by: 7000)
    world.hangUp(7000)
    world.pass(milliseconds: 200)
    #expect(world.taken(by: 7000) == sent)
    let release = world.call(.unlock(ID.high, 1))
    world.hangUp(7001)
    world.pass(milliseconds: 200)
    #expect(verbs(world.taken(by: 7001)) == ["EVALSHA", "EVALSHA"])
    world.say(7001, "$1\r\nU\r\n")
    #expect(world.outcomes[release] == .unlocked)
  }
}
