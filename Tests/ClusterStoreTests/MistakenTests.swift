// What could make a gateway take another Redis for a node of its cluster: a moment without any other
// node, a redirect, an answer that says nothing yet.

import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("What makes another Redis look like the right one")
struct MistakenTests {
  private func trio(
    seeds: [UInt16] = [7000, 7001, 7002], identity: String? = nil
  ) -> ScriptedNodes {
    let world = ScriptedNodes.trio(seeds: seeds, identity: identity)
    world.pass(milliseconds: 2_000)
    #expect(world.isServing)
    return world
  }

  /// The nodes that are not foreign are away, and come back.
  private func absence(of ports: [UInt16], for milliseconds: Int, _ world: ScriptedNodes) {
    for port in ports { world.die(port) }
    world.pass(milliseconds: milliseconds)
    world.down = []
    world.pass(milliseconds: 10_000)
  }

  /// A session of 7000 goes there.
  private func expectOwn(not foreign: UInt16, _ world: ScriptedNodes) {
    for port in [7000, foreign] { _ = world.taken(by: port) }
    _ = world.call(.put(ID.low, version: 9))
    #expect(world.taken(by: foreign) == [])
    #expect(world.tookWrite(7000))
  }

  @Test(
    "Its cluster is not followed because all others are away for a moment",
    arguments: [50, 0], [200, 1_500, 20_000])
  func moment(epoch: Int, milliseconds: Int) {
    let world = trio()
    world.replace(7001, isStandalone: false, epoch: epoch)
    world.babble(7001)
    world.pass(milliseconds: 1_000)
    absence(of: [7000, 7002], for: milliseconds, world)
    expectOwn(not: 7001, world)
  }

  @Test("Nor is the cluster of a seed that is another's by now", arguments: [200, 1_500, 20_000])
  func seed(milliseconds: Int) {
    let world = trio(seeds: [7000, 7001, 7005])
    world.replace(7005, isStandalone: false)
    world.babble(7005)
    world.pass(milliseconds: 1_000)
    absence(of: [7000, 7001, 7002], for: milliseconds, world)
    expectOwn(not: 7005, world)
  }

  @Test(
    "In place of the only owner, it is not followed while a replica is elected",
    arguments: [true, false])
  func oneShard(isListed: Bool) {
    let world = ScriptedNodes(seeds: [7000, 7003])
    // A replica that had failed when the topology was asked for is not listed.
    let replicas: [UInt16: [UInt16]] = isListed ? [7000: [7003]] : [:]
    world.tell(Slots([(0, 16383, 7000)], replicas: replicas), [7000: 1])
    world.settle()
    world.replace(7000, isStandalone: false)
    world.babble(7000)
    world.pass(milliseconds: 17_000)
    let call = world.call(.put(Trio.id, version: 8))
    #expect(!world.tookWrite(7000))
    #expect(world.outcomes[call] == nil)
    world.views[7003] = Slots([(0, 16383, 7003)]).text
    world.epochs[7003] = Slots.epochs([7000: 1, 7003: 2])
    world.habits[7003] = Say.ok
    world.pass(milliseconds: 3_000)
    #expect(world.tookWrite(7003))
    #expect(world.isServing)
  }

  @Test(
    "What may not say who it is, and has no view to tell yet, is asked until it has",
    arguments: [Say.loading, "*0\r\n"])
  func unprovenWithoutView(first: String) {
    let world = trio(identity: Say.forbidden)
    world.views[7001] = first
    world.services[7001] = Say.loading
    world.babble(7001)
    world.pass(milliseconds: 1_500)
    #expect(!world.isServing)
    // It keeps nobody else from telling.
    #expect(Set(world.asked.suffix(4)).count > 1)
    world.services[7001] = nil
    world.replace(7001, isStandalone: true)
    world.identities[7001] = Say.forbidden
    world.pass(milliseconds: 1_000)
    let call = world.call(.put(Trio.id, version: 8))
    world.pass(milliseconds: 3_000)
    #expect(!world.tookWrite(7001))
    #expect(world.outcomes[call] == nil && !world.isServing)
  }

  @Test("What may not say who it is, and takes long to tell its view, keeps no other from telling")
  func unprovenSlow() {
    let world = trio(identity: Say.forbidden)
    world.views[7001] = nil
    world.babble(7001)
    keepAlive(world, rounds: 4)
    let next = Slots([(0, 8191, 7000), (8192, 12000, 7001), (12001, 16383, 7004)])
    world.tell(next, [7000: 1, 7001: 2, 7004: 5])
    world.views[7001] = nil
    world.die(7002)
    keepAlive(world, rounds: 20)
    #expect(world.isServing)
  }

  /// Tenths of a second, in each of which 7001 brings a byte of what it owes.
  private func keepAlive(_ world: ScriptedNodes, rounds: Int) {
    for _ in 0..<rounds {
      world.pass(milliseconds: 100)
      if world.isConnected(7001) { world.store.hear(world.link(7001), at: world.now) }
    }
  }

  @Test(
    "A Redis of no cluster that a redirect names gets nothing", arguments: ["MOVED", "ASK"],
    [true, false])
  func redirect(word: String, isSeed: Bool) {
    let world = trio(seeds: isSeed ? [7000, 7001, 7002, 7005] : [7000, 7001, 7002])
    world.replace(7005, isStandalone: true)
    if isSeed {
      world.babble(7005)
      world.pass(milliseconds: 500)
    }
    let call = world.call(.put(ID.low, version: 8))
    world.say(7000, "\(Say.empty)-\(word) \(ID.slot(ID.low)) 10.0.0.1:7005\r\n")
    world.pass(milliseconds: 3_000)
    #expect(!world.tookWrite(7005))
    #expect(world.outcomes[call] == nil)
  }

  @Test("One that comes, goes and comes again is told of twice")
  func toldAgain() {
    let world = trio()
    for times in 1...2 {
      world.replace(7001, isStandalone: true)
      world.babble(7001)
      world.pass(milliseconds: 1_000)
      #expect(world.viewRefusals.count == times && !world.isServing)
      world.identities[7001] = nil
      world.habits[7001] = nil
      // It has not been asked for its view when the other one comes back.
      world.views[7001] = nil
      world.babble(7001)
      while !world.isServing { world.pass(milliseconds: 10) }
    }
  }

  /// A pod's address that was given away again: Redis lists it twice until it has forgotten the old.
  @Test("A node at whose address another one is listed, too, keeps its connection")
  func listedTwice() {
    let world = trio()
    let twice = Slots(
      [(0, 8191, 7000), (8192, 12000, 7001), (12001, 16383, 7002)], replicas: [7000: [7009]])
    for port in UInt16(7000)...7009 {
      world.views[port] = twice.text.replacing(":7009", with: ":7001")
    }
    let before = world.counters.reconnects
    world.babble(7000)
    world.pass(milliseconds: 2_000)
    #expect(world.counters.topologyChanges == 2 && world.isServing)
    #expect(world.counters.reconnects == before)
  }
}
