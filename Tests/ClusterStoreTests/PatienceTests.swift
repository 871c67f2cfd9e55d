import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Refusals that pass")
struct PatienceTests {
  let delete = "UNLINK sg:{first:\(ID.low)}"

  @Test(
    "They are waited out, and counted by their kind",
    arguments: [
      ("-TRYAGAIN Multiple keys\r\n", .tryagain),
      ("-CLUSTERDOWN The cluster is down\r\n", .clusterdown),
      ("-MASTERDOWN Link with MASTER is down\r\n", .masterdown),
      ("-LOADING Redis is loading\r\n", .loading),
      ("-READONLY You can't write\r\n", .readonly),
      ("-BUSY Redis is busy\r\n", .busy),
      ("-NOREPLICAS Not enough good replicas\r\n", .noreplicas),
    ] as [(String, ErrorKind)])
  func waitedOut(_ error: String, _ kind: ErrorKind) {
    let world = ScriptedNodes.cluster()
    let call = world.call(.delete(ID.low))
    for _ in 0..<8 {
      #expect(world.taken(by: 7000) == [delete])
      world.say(7000, error)
      world.pass(milliseconds: 260)
    }
    #expect(world.outcomes[call] == nil)
    world.say(7000, Say.one)
    #expect(world.outcomes[call] == .deleted)
    for other in ErrorKind.allCases {
      #expect(world.counters.errors[other] == (other == kind ? 8 : 0))
    }
  }

  @Test("A refused put is sent again whole")
  func putWhole() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.put(ID.low, version: 4))
    let sent = world.taken(by: 7000)
    world.say(7000, Say.empty + "-READONLY You can't write\r\n")
    world.pass(milliseconds: 20)
    #expect(world.taken(by: 7000) == sent)
    world.say(7000, Say.empty + Say.ok)
    #expect(world.outcomes[call] == .created(SessionVersion(bits: 4)))
  }

  @Test("READONLY from a node whose replica was promoted: the topology tells who takes writes now")
  func demoted() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.put(ID.low, version: 4).when(.exists))
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)], replicas: [7002: [7000]]))
    world.habits[7000] = "-READONLY You can't write\r\n"
    world.say(7000, "-READONLY You can't write\r\n")
    world.pass(milliseconds: 700)
    #expect(world.taken(by: 7002) == ["SET sg:{first:\(ID.low)} <record> PX 1200000 XX"])
    world.say(7002, Say.ok)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 4)))
  }

  @Test("READONLY from a lone node: behind its address is another one after connecting anew")
  func demotedSingle() {
    let world = ScriptedNodes.single()
    let before = world.opened.count
    let call = world.call(.put(ID.low, version: 4).when(.exists))
    _ = world.taken(by: 7000)
    world.say(7000, "-READONLY You can't write\r\n")
    world.pass(milliseconds: 60)
    #expect(world.opened.count == before + 1)
    #expect(world.taken(by: 7000).count == 1)
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 4)))
  }

  @Test("Locks and staged writes, too, whose reading in front is refused and the rest is not")
  func demotedUnderLock() {
    let long = [UInt8](repeating: 1, count: 5_000)
    let refusal = "-READONLY You can't write\r\n"
    for (call, rest) in [
      (Call.lock(ID.low, 7), Say.null),
      (.put(ID.low, version: 4).holding(7).carrying(long), "$1\r\nS\r\n"),
    ] {
      let world = ScriptedNodes.single()
      let before = world.opened.count
      _ = world.call(call)
      #expect(world.taken(by: 7000).count == 2)
      world.say(7000, refusal + rest)
      world.pass(milliseconds: 60)
      #expect(world.opened.count == before + 1, "\(call.verb)")
    }
  }

  @Test("A lone node that stays read-only is not connected to all the time")
  func readOnlyForGood() {
    let world = ScriptedNodes.single()
    let before = world.opened.count
    let call = world.call(.put(ID.low, version: 4).when(.exists))
    for _ in 0..<400 {
      if !world.taken(by: 7000).isEmpty { world.say(7000, "-READONLY You can't write\r\n") }
      world.pass(milliseconds: 5)
    }
    #expect(world.outcomes[call] == nil)
    #expect((1...3).contains(world.opened.count - before))
  }
}
