import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

/// A cluster of three, at whose addresses others may answer.
@Suite("Another Redis at a node's address")
struct StrangerTests {
  private func trio() -> ScriptedNodes {
    let world = ScriptedNodes.trio()
    #expect(world.isServing)
    return world
  }

  /// What is for 7001 waits, and nothing is put in there.
  private func expectNothing(_ world: ScriptedNodes, for milliseconds: Int = 3_000) {
    let call = world.call(.put(Trio.id, version: 8))
    world.pass(milliseconds: milliseconds)
    #expect(!world.tookWrite(7001))
    #expect(world.outcomes[call] == nil)
    #expect(!world.isServing)
  }

  @Test("It gets no session, and is told from its first answers", arguments: [true, false])
  func getsNothing(isStandalone: Bool) {
    let world = trio()
    world.replace(7001, isStandalone: isStandalone)
    world.babble(7001)
    world.pass(milliseconds: 50)
    #expect(!world.isServing)
    let call = world.call(.put(Trio.id, version: 8))
    world.pass(milliseconds: 500)
    #expect(world.taken(by: 7001) == [] && world.outcomes[call] == nil)
    #expect(world.viewRefusals.first == (isStandalone ? .standaloneInCluster : .anotherNode))
    #expect(world.health.first { $0.endpoint.port == 7001 }?.viewRefusal != nil)
    #expect(world.counters.refreshFaults == 0)
    // Its replica takes over, and what waited is for that one.
    let next = Slots([(0, 8191, 7000), (8192, 12000, 7004), (12001, 16383, 7002)])
    for port: UInt16 in [7000, 7002, 7004] {
      world.views[port] = next.text
      world.epochs[port] = Slots.epochs([7000: 1, 7002: 3, 7004: 5])
      world.habits[port] = Say.ok
    }
    world.pass(milliseconds: 2_000)
    #expect(world.outcomes[call] != nil && world.isServing)
  }

  @Test(
    "So it is when the gateway starts, in whatever order the seeds answer",
    arguments: [[7001, 7000], [7000, 7001], [7001, 7000, 7002], [7001, 7002, 7000]] as [[UInt16]],
    [true, false])
  func atTheStart(seeds: [UInt16], isStandalone: Bool) {
    let world = ScriptedNodes(seeds: seeds)
    world.tell(Trio.view, [7000: 1, 7001: 2, 7002: 3])
    world.replace(7001, isStandalone: isStandalone)
    world.settle()
    world.pass(milliseconds: 100)
    expectNothing(world)
  }

  @Test("One that loads its data when it is met is not believed once it serves")
  func loading() {
    let world = trio()
    world.identities[7001] = Say.loading
    world.views[7001] = Say.loading
    world.services[7001] = Say.loading
    world.babble(7001)
    world.pass(milliseconds: 500)
    #expect(!world.isServing)
    world.services[7001] = nil
    world.replace(7001, isStandalone: true)
    world.pass(milliseconds: 1_000)
    expectNothing(world)
  }

  @Test("One that may not say who it is is found out by its view, and stays found out")
  func unproven() {
    let world = ScriptedNodes(seeds: [7000, 7001, 7002, 7003, 7004, 7005])
    world.tell(Trio.view, [7000: 1, 7001: 2, 7002: 3])
    for port in UInt16(7000)...7005 { world.identities[port] = Say.forbidden }
    world.settle()
    world.pass(milliseconds: 5_000)
    #expect(world.isServing)
    world.replace(7001, isStandalone: true)
    world.identities[7001] = Say.forbidden
    world.babble(7001)
    world.pass(milliseconds: 1_000)
    #expect(world.viewRefusals == [.standaloneInCluster])
    _ = world.taken(by: 7001)
    expectNothing(world)
    // Its next connection is no way back.
    world.babble(7001)
    expectNothing(world)
    // Its view is.
    world.views[7001] = Trio.view.text
    world.epochs[7001] = Slots.epochs([7000: 1, 7001: 2, 7002: 3])
    world.pass(milliseconds: 2_000)
    #expect(world.isServing)
    #expect(world.tookWrite(7001))
  }

  @Test("What it has yet to be sent when it is found out waits for the right one")
  func unsent() {
    let world = trio()
    for port: UInt16 in [7000, 7002] { world.die(port) }
    world.views[7001] = nil
    world.pass(milliseconds: 300)
    #expect(world.asked.last == 7001)
    world.windows[7001] = 0
    let call = world.call(.put(Trio.id, version: 8))
    // The connection has outlived the change.
    world.say(
      7001, Slots.epochs([7001: 50], life: 1) + Slots([(0, 16383, 7001)], life: 1).text)
    #expect(world.viewRefusals.last == .anotherCluster)
    world.widen(7001, by: 10_000)
    #expect(!world.tookWrite(7001))
    #expect(world.outcomes[call] == nil)
  }

  @Test("A seed that left, and came back as another node, may be given slots")
  func cameBack() {
    let world = trio()
    world.tell(Slots([(0, 8191, 7000), (8192, 16383, 7001)]), [7000: 1, 7001: 4])
    world.die(7002)
    world.pass(milliseconds: 200_000)
    #expect(world.isServing)
    // It has joined and has no slots yet; one is on its way to it.
    world.down = []
    world.identities[7002] = Slots.identity(7002, life: 1)
    world.habits[7002] = Say.null
    let call = world.call(.get(ID.low))
    #expect(world.taken(by: 7000).count == 1)
    world.say(7000, "-ASK \(ID.slot(ID.low)) 10.0.0.1:7002\r\n")
    world.pass(milliseconds: 3_000)
    #expect(world.outcomes[call] == .missing)
    #expect(world.viewRefusals == [])
  }

  @Test("The same node comes back, or one that may not say who it is: it is used as before")
  func noStranger() {
    for identity in [nil, Say.forbidden] {
      let world = trio()
      world.identities[7000] = identity
      world.babble(7000)
      world.pass(milliseconds: 300)
      #expect(world.isServing && world.viewRefusals.isEmpty)
      _ = world.call(.get(ID.low))
      #expect(world.taken(by: 7000) == ["GETEX sg:{first:\(ID.low)} PX 1200000"])
    }
  }

  /// `CLUSTER RESET HARD` leaves connections alone: the first that is heard of it is a redirect.
  @Test("A new cluster is followed although a redirect into it was")
  func redirectIntoNewCluster() {
    let world = trio()
    let next = Slots([(0, 8191, 7003), (8192, 12000, 7001), (12001, 16383, 7002)], life: 1)
    for port in UInt16(7000)...7009 {
      world.views[port] = next.text
      world.epochs[port] = Slots.epochs([7003: 1, 7001: 2, 7002: 3], life: 1)
      world.identities[port] = Slots.identity(port, life: 1)
    }
    world.habits[7003] = Say.null
    _ = world.call(.get(ID.low))
    world.say(7000, "-MOVED \(ID.slot(ID.low)) 10.0.0.1:7003\r\n")
    world.pass(milliseconds: 40_000)
    #expect(world.isServing)
    _ = world.taken(by: 7001)
    _ = world.call(.get(Trio.id))
    #expect(world.taken(by: 7001).count == 1)
  }

  /// It lost its `nodes.conf`, and was introduced to the cluster again.
  @Test("A new node of the own cluster is not the one whose slots the cluster lists at its address")
  func newMember() {
    let world = trio()
    world.identities[7001] = Slots.identity(7001, life: 1)
    world.services[7001] = "-MOVED \(ID.slot(Trio.id)) 10.0.0.1:7001\r\n"
    world.babble(7001)
    expectNothing(world)
    #expect(world.taken(by: 7001) == [])
    #expect(world.health.first { $0.endpoint.port == 7001 }?.viewRefusal == .anotherNode)
  }

  /// Pods got new addresses while one of them was away.
  @Test(
    "An address that is listed for two primaries is that of the one that answers",
    arguments: [7001, 7002])
  func twoPrimaries(gone: UInt16) {
    let heir: UInt16 = gone == 7001 ? 7002 : 7001
    let slots = heir == 7001 ? 8192...12000 : 12001...16383
    let id = (0...).lazy.map { "id\($0)" }.first { slots.contains(ID.slot($0)) }!
    for isSudden in [false, true] {
      let world = trio()
      let twice = Trio.view.text.replacing(":\(gone)", with: ":\(heir)")
      for port in UInt16(7000)...7009 { world.views[port] = twice }
      world.die(gone)
      if isSudden { world.babble(heir) }
      world.pass(milliseconds: 3_000)
      let reconnects = world.counters.reconnects
      _ = world.taken(by: heir)
      _ = world.call(.get(id))
      #expect(world.taken(by: heir).count == 1)
      let other = world.call(.get(gone == 7001 ? Trio.id : ID.high))
      world.pass(milliseconds: 3_000)
      #expect(world.taken(by: heir) == [])
      #expect(world.counters.reconnects == reconnects && world.outcomes[other] == nil)
    }
  }
}
