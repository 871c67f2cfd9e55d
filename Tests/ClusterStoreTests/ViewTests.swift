import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

/// A cluster of three, of whose first node 7003 is the replica.
@Suite("Nodes that disagree about their cluster")
struct ViewTests {
  let before = Slots([(0, 8191, 7000), (8192, 12000, 7001), (12001, 16383, 7002)])
  let after = Slots([(0, 8191, 7003), (8192, 12000, 7001), (12001, 16383, 7002)])
  let epochsBefore = Slots.epochs([7000: 1, 7001: 2, 7002: 3])
  let epochsAfter = Slots.epochs([7000: 1, 7001: 2, 7002: 3, 7003: 4])
  let key = "GETEX sg:{first:\(ID.low)} PX 1200000"

  /// A store that follows the view after the failover.
  private func failedOver() -> ScriptedNodes {
    let world = ScriptedNodes(seeds: [7000, 7001, 7002])
    tell(world, by: 7000...7009, before, epochsBefore)
    world.settle()
    world.die(7000)
    tell(world, by: 7001...7009, after, epochsAfter)
    world.pass(milliseconds: 400)
    #expect(world.isServing)
    return world
  }

  private func tell(
    _ world: ScriptedNodes, by ports: ClosedRange<UInt16>, _ view: Slots, _ epochs: String
  ) {
    for port in ports {
      world.views[port] = view.text
      world.epochs[port] = epochs
    }
  }

  private func provoke(_ world: ScriptedNodes) {
    for port in UInt16(7001)...7002 { world.habits[port] = "-CLUSTERDOWN no\r\n" }
    _ = world.call(.get(ID.high))
    world.pass(milliseconds: 1_500)
    for port in UInt16(7001)...7002 { world.habits[port] = Say.null }
    world.pass(milliseconds: 300)
    world.habits = [:]
    _ = world.taken(by: 7001)
  }

  @Test("A node that was cut off tells what was so before: it is not believed, and said once")
  func minority() {
    let world = failedOver()
    tell(world, by: 7001...7001, before, epochsBefore)
    provoke(world)
    #expect(world.counters.staleViews > 1)
    #expect(world.isServing)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7003) == [key])
    #expect(world.viewRefusals == [.outdated])
  }

  @Test("Each slot of a view is judged: one that goes to an older claim is enough to refuse it")
  func laterSlotGoesBack() {
    let world = failedOver()
    // 8192 to 12000 would go to a claim as old as theirs, the slots behind them to an older one.
    let view = Slots([(0, 8191, 7003), (8192, 16383, 7004)])
    tell(world, by: 7001...7001, view, Slots.epochs([7003: 4, 7004: 2]))
    provoke(world)
    #expect(world.viewRefusals == [.outdated])
    #expect(world.health.first { $0.endpoint.port == 7002 }?.slots == 4_383)
  }

  @Test("A demoted primary that comes back with its old view changes nothing")
  func revenant() {
    let world = failedOver()
    world.down = []
    world.views[7000] = before.text
    world.epochs[7000] = epochsBefore
    world.babble(7001)
    world.pass(milliseconds: 2_000)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7003) == [key])
    #expect(world.taken(by: 7000) == [])
  }

  @Test("A cluster that was made anew, with epochs from the start, is believed when most tell it")
  func madeAnew() {
    let world = failedOver()
    let fresh = Slots([(0, 8191, 7001), (8192, 12000, 7003), (12001, 16383, 7002)])
    tell(world, by: 7001...7001, fresh, Slots.epochs([7001: 1, 7002: 1, 7003: 1]))
    provoke(world)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7003) == [key])
    tell(world, by: 7001...7009, fresh, Slots.epochs([7001: 1, 7002: 1, 7003: 1]))
    world.say(7003, Say.null)
    provoke(world)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7001) == [key])
  }

  @Test("A cluster that was made anew elsewhere is believed, though one seed is all that is known")
  func madeAnewElsewhere() {
    let world = ScriptedNodes(seeds: [7000])
    let old = Slots([(0, 8191, 7001), (8192, 16383, 7002)])
    tell(world, by: 7000...7009, old, Slots.epochs([7001: 5, 7002: 6]))
    world.settle()
    let fresh = Slots([(0, 8191, 7004), (8192, 12000, 7005), (12001, 16383, 7006)])
    tell(world, by: 7000...7009, fresh, Slots.epochs([7004: 1, 7005: 2, 7006: 3]))
    for port in UInt16(7001)...7002 { world.die(port) }
    world.pass(milliseconds: 33_000)
    #expect(world.counters.staleViews > 0)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7004) == [key])
  }

  @Test("Another Redis, no node of any cluster, at the address of one that was: it is not believed")
  func stranger() {
    let world = failedOver()
    world.views[7001] = "-ERR This instance has cluster support disabled\r\n"
    provoke(world)
    #expect(world.viewRefusals == [.standaloneInCluster])
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7003) == [key])
  }

  /// Behind the address of a node that is gone: epochs of two clusters say nothing of each other.
  @Test("A node of another cluster is not believed, be its epochs as high as they may")
  func anotherCluster() {
    let world = failedOver()
    world.down = []
    let foreign = Slots([(0, 8191, 7008), (8192, 16383, 7009)])
    for port: UInt16 in [7000, 7008, 7009] {
      world.views[port] = foreign.text
      world.epochs[port] = Slots.epochs([7008: 50, 7009: 51])
    }
    // Whom a question for the topology meets depends on how many there were.
    for _ in 0..<4 {
      world.babble(7001)
      world.pass(milliseconds: 2_000)
    }
    #expect(world.counters.staleViews > 0 && world.isServing)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7003) == [key])
    #expect(world.viewRefusals == [.anotherCluster])
  }

  @Test("Nor when it is all that has told since the table was learnt")
  func anotherClusterFirst() {
    let world = ScriptedNodes(seeds: [7000, 7001, 7005])
    tell(world, by: 7000...7002, before, epochsBefore)
    world.down = [7005]
    world.settle()
    world.down = []
    world.views[7005] = Slots([(0, 16383, 7009)]).text
    world.epochs[7005] = Slots.epochs([7009: 50])
    world.die(7002)
    world.pass(milliseconds: 5_000)
    #expect(world.counters.staleViews > 0)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == [key])
  }

  /// As when all nodes lost their nodes.conf: every id is a new one, and so are the epochs.
  @Test("A cluster made anew at the same addresses is believed, and its failovers are followed")
  func madeAnewInPlace() {
    let world = failedOver()
    world.down = []
    let anew = Slots([(0, 5000, 7001), (5001, 10000, 7002), (10001, 16383, 7003)], life: 1)
    let epochs = Slots.epochs([7001: 1, 7002: 2, 7003: 3], life: 1)
    for port in UInt16(7000)...7009 { world.identities[port] = Slots.identity(port, life: 1) }
    tell(world, by: 7000...7009, anew, epochs)
    for port in UInt16(7001)...7003 { world.babble(port) }
    world.pass(milliseconds: 29_000)
    #expect(!world.isServing)
    world.pass(milliseconds: 4_000)
    #expect(world.isServing)
    let next = Slots([(0, 5000, 7001), (5001, 10000, 7002), (10001, 16383, 7004)], life: 1)
    world.die(7003)
    tell(world, by: 7000...7009, next, Slots.epochs([7001: 1, 7002: 2, 7004: 4], life: 1))
    world.pass(milliseconds: 2_000)
    #expect(world.isServing)
  }

  @Test("Connections may outlive the old nodes: their views alone tell that the cluster is another")
  func resetInPlace() {
    let world = failedOver()
    let anew = Slots([(0, 8191, 7001), (8192, 12000, 7002), (12001, 16383, 7003)], life: 1)
    for port in UInt16(7000)...7009 { world.identities[port] = Slots.identity(port, life: 1) }
    tell(world, by: 7001...7009, anew, Slots.epochs([7001: 1, 7002: 2, 7003: 3], life: 1))
    for port in UInt16(7001)...7003 { world.habits[port] = "-CLUSTERDOWN no\r\n" }
    _ = world.call(.get(ID.high))
    world.pass(milliseconds: 1_500)
    for port in UInt16(7001)...7003 { world.habits[port] = Say.null }
    world.pass(milliseconds: 33_000)
    #expect(world.isServing)
    _ = world.taken(by: 7001)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7001) == [key])
  }

  @Test("Several nodes of no cluster are no store: each worker would have another one's sessions")
  func severalStores() {
    let world = ScriptedNodes(seeds: [7000, 7001])
    for port: UInt16 in [7000, 7001] {
      world.views[port] = "-ERR This instance has cluster support disabled\r\n"
    }
    world.settle()
    world.pass(milliseconds: 2_000)
    #expect(!world.isServing)
    #expect(world.viewRefusals == [.standaloneAmongSeeds, .standaloneAmongSeeds])
  }

  /// Each answers after 0.7 s, and another one is asked after half a second.
  @Test("Where all nodes are slow to tell, one is waited for")
  func slowToTell() {
    let world = ScriptedNodes(seeds: [7000, 7001, 7002])
    tell(world, by: 7000...7009, before, epochsBefore)
    world.settle()
    world.slowness = .milliseconds(700)
    tell(world, by: 7001...7009, after, epochsAfter)
    world.die(7000)
    for _ in 0..<100 {
      world.pass(milliseconds: 50)
      for port in UInt16(7001)...7003 { world.say(port, "") }
    }
    #expect(world.isServing)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7003) == [key])
  }

  @Test("A replica that nobody needs and whose connection ended is well again")
  func unneededReplica() {
    let world = ScriptedNodes(seeds: [7000, 7001, 7002])
    world.agree(Slots([(0, 8191, 7000), (8192, 16383, 7001)], replicas: [7000: [7002]]))
    world.settle()
    world.hangUp(7002)
    let node = world.health.first { $0.endpoint.port == 7002 }
    // Nobody tries it any more, so the reason would only grow old.
    #expect(node?.fault == nil && node?.lastFault != nil)
    world.pass(milliseconds: 130_000)
    #expect(world.isServing)
  }

  @Test("Who falls silent once its slots are others' frees what waits for it after a second")
  func silentAfterTakeover() {
    let world = ScriptedNodes.cluster()
    world.silent = [7000]
    let call = world.call(.get(ID.low))
    world.agree(Slots([(0, 8191, 7003), (8192, 16383, 7001)]))
    world.habits[7003] = Say.null
    world.babble(7001)
    world.pass(milliseconds: 400)
    #expect(world.outcomes[call] == nil)
    world.pass(milliseconds: 1_600)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("Slots that were moved: the new owner's claim is the younger one, whoever tells it first")
  func moved() {
    let world = failedOver()
    let resharded = Slots([(0, 12000, 7001), (12001, 16383, 7002)])
    tell(world, by: 7002...7002, resharded, Slots.epochs([7001: 5, 7002: 3, 7003: 4]))
    provoke(world)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7001) == [key])
    #expect(world.counters.staleViews > 0)
  }

  @Test("A seed that left the cluster long ago: the others' younger view wins")
  func staleSeed() {
    let world = ScriptedNodes(seeds: [7009, 7001, 7002])
    let old = Slots([(0, 16383, 7008)])
    world.down = [7008, 7001, 7002]
    tell(world, by: 7009...7009, old, Slots.epochs([7008: 1]))
    let call = world.call(.get(ID.low))
    world.pass(milliseconds: 1_000)
    #expect(!world.isServing)
    tell(world, by: 7001...7003, after, epochsAfter)
    world.down = [7008]
    world.habits[7003] = Say.null
    world.pass(milliseconds: 3_000)
    #expect(world.isServing)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("Without epochs the last view is believed")
  func noEpochs() {
    let world = failedOver()
    for port in UInt16(7000)...7009 { world.epochs[port] = nil }
    world.down = []
    world.agree(before)
    provoke(world)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == [key])
  }

  @Test("While an owner is down somebody is asked at least four times a second")
  func askedOften() {
    let world = failedOver()
    world.die(7003)
    world.pass(milliseconds: 10_000)
    gaps(world, since: 10_000)
  }

  @Test("While slots have no owner somebody is asked at least four times a second")
  func askedOftenAboutGaps() {
    let world = ScriptedNodes(seeds: [7001])
    world.agree(Slots([(8192, 16383, 7001)]))
    world.settle()
    world.pass(milliseconds: 10_000)
    gaps(world, since: 10_000)
  }

  private func gaps(_ world: ScriptedNodes, since milliseconds: Int) {
    let start = world.now + .milliseconds(-milliseconds)
    let times = [start] + world.refreshTimes.filter { $0 > start } + [world.now]
    let longest = zip(times, times.dropFirst()).map { $1 - $0 }.max()!
    #expect(longest <= .milliseconds(251))
    // Nor all the time.
    #expect(times.count < 110)
  }
}
