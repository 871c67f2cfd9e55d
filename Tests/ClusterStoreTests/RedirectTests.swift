import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("MOVED and ASK")
struct RedirectTests {
  let slot = ID.slot(ID.low)
  let get = "GETEX sg:{first:\(ID.low)} PX 1200000"

  private func moved(_ place: String) -> String { "-MOVED \(slot) \(place)\r\n" }
  private func ask(_ place: String) -> String { "-ASK \(slot) \(place)\r\n" }

  @Test("MOVED: sent again at once to the new owner, with one refresh for many")
  func movedMany() {
    let world = ScriptedNodes.cluster()
    let before = world.refreshes
    let calls = (0..<20).map { _ in world.submit(.get(ID.low)) }
    world.settle()
    #expect(world.taken(by: 7000).count == 20)
    world.say(7000, String(repeating: moved("10.0.0.1:7001"), count: 20))
    #expect(world.taken(by: 7001) == Array(repeating: get, count: 20))
    world.say(7001, String(repeating: Say.null, count: 20))
    #expect(calls.allSatisfy { world.outcomes[$0] == .missing })
    world.pass(milliseconds: 200)
    #expect(world.refreshes == before + 1)
    #expect(world.counters.errors[.moved] == 20)
    #expect(world.counters.retried == 20)
  }

  @Test("MOVED: the slot is patched before the topology says so")
  func movedPatches() {
    let world = ScriptedNodes.cluster()
    world.views = [:]
    _ = world.call(.get(ID.low))
    world.say(7000, moved("10.0.0.1:7001"))
    _ = world.taken(by: 7000)
    _ = world.taken(by: 7001)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7001) == [get])
    #expect(world.taken(by: 7000) == [])
    #expect(world.health.map(\.slots) == [8191, 8193])
  }

  /// It comes from a node to which the slot was moving. A table that is built anew has its owners
  /// probed.
  @Test("MOVED to the slot's owner: the table stays, although the topology is asked for")
  func movedToOwner() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.say(7000, ask("10.0.0.1:7001"))
    let before = world.refreshes
    world.forgetProbes()
    world.say(7001, Say.ok + moved("10.0.0.1:7000"))
    world.pass(milliseconds: 200)
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
    #expect(world.refreshes == before + 1)
    #expect(world.probed == [])
  }

  @Test("MOVED to a node that nobody knew: it is connected to and asked")
  func movedToStranger() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.say(7000, moved("10.0.0.1:7002"))
    #expect(world.opened.last == 7002)
    #expect(world.taken(by: 7002) == [get])
    world.say(7002, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("MOVED with an empty host means the host that was asked")
  func movedWithoutHost() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low))
    world.say(7000, moved(":7002"))
    #expect(world.taken(by: 7002) == [get])
    #expect(world.health.map(\.endpoint.description).contains("10.0.0.1:7002"))
  }

  @Test("MOVED to nobody knows whom: the topology tells")
  func movedToUnknown() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.agree(Slots([(0, 16383, 7001)]))
    world.habits[7000] = moved("?:7001")
    world.say(7000, moved("?:7001"))
    world.pass(milliseconds: 700)
    #expect(world.taken(by: 7001) == [get])
    world.say(7001, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("MOVED to a dead node: it waits until somebody else is said to own the slot")
  func movedToDead() {
    let world = ScriptedNodes.cluster()
    world.down = [7002]
    let call = world.call(.get(ID.low))
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.say(7000, moved("10.0.0.1:7002"))
    world.pass(milliseconds: 1_000)
    #expect(world.outcomes[call] == nil)
    world.agree(Slots([(0, 8191, 7003), (8192, 16383, 7001)]))
    world.pass(milliseconds: 300)
    #expect(world.taken(by: 7003) == [get])
    world.say(7003, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("MOVED to the node that was asked: connected anew, once what waits is answered")
  func movedToSelf() {
    let world = ScriptedNodes.cluster()
    let before = world.opened.count
    let first = world.call(.get(ID.low))
    let second = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, moved("10.0.0.1:7000"))
    #expect(world.opened.count == before)
    world.say(7000, Say.null)
    #expect(world.outcomes[second] == .missing)
    world.pass(milliseconds: 100)
    #expect(world.opened.count == before + 1)
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, Say.null)
    #expect(world.outcomes[first] == .missing)
    #expect(world.counters.movedToSelf == 1)
    #expect(world.counters.reconnects == 1)
  }

  @Test("A node that is to be connected to anew takes no more commands before that")
  func reconnecting() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low))
    let second = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, moved("10.0.0.1:7000"))
    _ = world.call(.get(ID.low))
    world.pass(milliseconds: 500)
    #expect(world.taken(by: 7000) == [] && world.counters.reconnects == 0)
    world.say(7000, Say.null)
    #expect(world.outcomes[second] == .missing)
    world.pass(milliseconds: 100)
    #expect(world.counters.reconnects == 1)
    #expect(world.taken(by: 7000) == [get, get])
  }

  @Test("A loop of redirects ends: the operation is unavailable, and was not carried out")
  func loop() {
    let world = ScriptedNodes.cluster { $0.attempts = 7 }
    let call = world.call(.put(ID.low, version: 1))
    var sent = 0
    for _ in 0..<200 where world.outcomes[call] == nil {
      for (port, other) in [(UInt16(7000), 7001), (7001, 7000)]
      where !world.taken(by: port).isEmpty {
        sent += 1
        world.say(port, moved("10.0.0.1:\(other)") + moved("10.0.0.1:\(other)"))
      }
      world.pass(milliseconds: 50)
    }
    #expect(sent == 7)
    #expect(world.outcomes[call] == .fault(.unavailable))
  }

  @Test("A loop of redirects is not run through at once")
  func loopIsSlow() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low))
    var sent = 0
    for _ in 0..<1_000 {
      for (port, other) in [(UInt16(7000), 7001), (7001, 7000)]
      where !world.taken(by: port).isEmpty {
        sent += 1
        world.say(port, moved("10.0.0.1:\(other)"))
      }
      world.pass(milliseconds: 5)
    }
    #expect(sent > 5)
    #expect(sent < 100)
  }

  @Test(
    "An error line that is cut short is a refusal: refresh, wait, send again",
    arguments: ["-MOVED\r\n", "-MOVED 1\r\n", "-MOVED 1 10.0.0.1\r\n", "-ASK 99999 h:1\r\n"])
  func malformed(_ line: String) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, line)
    #expect(world.outcomes[call] == nil)
    world.pass(milliseconds: 20)
    #expect(world.taken(by: 7000) == [get])
    #expect(world.counters.errors[.malformedRedirect] == 1)
  }

  @Test("ASK in the middle of a pipeline: ASKING before each command, only those, table unchanged")
  func askInPipeline() {
    let world = ScriptedNodes.cluster()
    let before = world.submit(.get(ID.low2))
    let put = world.submit(.put(ID.low, version: 5))
    let after = world.submit(.get(ID.low2))
    world.settle()
    _ = world.taken(by: 7000)
    world.say(7000, Say.null + ask("10.0.0.1:7001") + ask("10.0.0.1:7001") + Say.null)
    #expect(world.outcomes[before] == .missing)
    #expect(world.outcomes[after] == .missing)
    let key = "sg:{first:\(ID.low)}"
    #expect(
      world.taken(by: 7001) == [
        "ASKING", "GETRANGE \(key) 0 95", "ASKING", "SET \(key) <record> PX 1200000",
      ])
    #expect(world.taken(by: 7000) == [])
    world.say(7001, Say.ok + Say.empty + Say.ok + Say.ok)
    #expect(world.outcomes[put] == .created(SessionVersion(bits: 5)))
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == [get])
    #expect(world.counters.errors[.ask] == 1)
    #expect(world.refreshes == 1)
  }

  @Test("ASK: a timeout is corrected where the session was found, and again if that is lost")
  func askCorrects() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low))
    world.say(7000, ask("10.0.0.1:7001"))
    _ = world.taken(by: 7000)
    _ = world.taken(by: 7001)
    let own = Call.put(ID.low, version: 7, idleTimeout: 60)
    world.say(7001, Array(Say.ok.utf8) + Say.session(own))
    let correction = "EVALSHA \(Script.touch.digest) 1 sg:{first:\(ID.low)}  1200000"
    #expect(world.taken(by: 7001) == ["ASKING", correction])
    world.hangUp(7001)
    world.pass(milliseconds: 100)
    #expect(world.taken(by: 7000) == [correction])
    world.say(7000, Say.bulk(Array("T".utf8)))
    #expect(world.depth == 0)
  }

  @Test("ASK to a node that cannot be reached: the owner is asked again, and in the end it answers")
  func askUnreachable() {
    let world = ScriptedNodes.cluster()
    world.down = [7002]
    let call = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, ask("10.0.0.1:7002"))
    world.pass(milliseconds: 60)
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, ask("10.0.0.1:7002"))
    world.pass(milliseconds: 300)
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("ASK to a suspect node: it is not waited for, and the owner is asked again")
  func askSuspect() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.high))
    world.pass(milliseconds: 1_100)
    #expect(world.health.map(\.isSuspect) == [false, true])
    let call = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, ask("10.0.0.1:7001"))
    world.pass(milliseconds: 60)
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("ASK to a node that comes up later is followed then")
  func askReachableLater() {
    let world = ScriptedNodes.cluster()
    world.down = [7002]
    _ = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, ask("10.0.0.1:7002"))
    world.down = []
    world.habits[7000] = ask("10.0.0.1:7002")
    world.pass(milliseconds: 1_000)
    #expect(world.taken(by: 7002) == ["ASKING", get])
  }

  @Test("ASK, then MOVED: the slot arrived meanwhile")
  func askThenMoved() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.say(7000, ask("10.0.0.1:7001"))
    #expect(world.taken(by: 7001) == ["ASKING", get])
    world.say(7001, Say.ok + moved("10.0.0.1:7002"))
    world.pass(milliseconds: 300)
    #expect(world.taken(by: 7002) == [get])
    world.say(7002, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("A write that succeeded is not sent again when its neighbours were refused")
  func neighbours() {
    let world = ScriptedNodes.cluster()
    let first = world.submit(.put(ID.low2, version: 1).when(.absent))
    let second = world.submit(.put(ID.low, version: 2).when(.absent))
    let third = world.submit(.put(ID.low2, version: 3).when(.exists))
    world.settle()
    _ = world.taken(by: 7000)
    world.say(7000, Say.ok + "-TRYAGAIN not yet\r\n" + Say.ok)
    #expect(world.outcomes[first] == .created(SessionVersion(bits: 1)))
    #expect(world.outcomes[third] == .replaced(SessionVersion(bits: 3)))
    world.pass(milliseconds: 50)
    #expect(world.taken(by: 7000) == ["SET sg:{first:\(ID.low)} <record> PX 1200000 NX"])
    world.say(7000, Say.ok)
    #expect(world.outcomes[second] == .created(SessionVersion(bits: 2)))
  }
}
