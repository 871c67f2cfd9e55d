import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("At the start seeds may belong to different clusters: most of them decide, for all workers")
struct FirstViewTests {
  let ours = Slots([(0, 8191, 7000), (8192, 16383, 7001)])
  let foreign = Slots([(0, 16383, 7008)])
  let key = "GETEX sg:{first:\(ID.low)} PX 1200000"

  /// A store with these seeds, the nodes of our cluster, and one of another one at 7005, whose claims are
  /// younger.
  private func world(seeds: [UInt16]) -> ScriptedNodes {
    let world = ScriptedNodes(seeds: seeds)
    for port: UInt16 in [7000, 7001, 7002] {
      world.views[port] = ours.text
      world.epochs[port] = Slots.epochs([7000: 1, 7001: 2])
    }
    for port: UInt16 in [7005, 7006, 7008] {
      world.views[port] = foreign.text
      world.epochs[port] = Slots.epochs([7008: 50])
    }
    return world
  }

  /// Who is asked for a session.
  private func asked(_ world: ScriptedNodes) -> UInt16? {
    _ = world.call(.get(ID.low))
    return [7000, 7008].first { world.taken(by: $0).contains(key) }
  }

  @Test(
    "Wherever the foreign one is named",
    arguments: [[7005, 7000, 7001], [7000, 7005, 7001], [7000, 7001, 7005], [7005, 7002, 7000]])
  func most(seeds: [UInt16]) {
    let world = world(seeds: seeds)
    world.settle()
    #expect(world.isServing)
    #expect(asked(world) == 7000)
    // It may not have been heard at all.
    #expect(world.viewRefusals.allSatisfy { $0 == .anotherCluster })
  }

  @Test(
    "Among equals the one whose seed is named first", arguments: [[7000, 7005], [7005, 7000]])
  func tie(seeds: [UInt16]) {
    let world = world(seeds: seeds)
    world.settle()
    #expect(asked(world) == (seeds[0] == 7000 ? 7000 : 7008))
  }

  @Test("A view that lists all seeds is followed at once: no other one is asked")
  func listed() {
    let world = world(seeds: [7000, 7001])
    world.settle()
    #expect(world.isServing && world.refreshes == 1)
  }

  @Test("A seed that is not listed and of the same cluster changes nothing: it may have two names")
  func unlisted() {
    let world = world(seeds: [7002, 7000])
    world.settle()
    #expect(world.isServing && world.viewRefusals.isEmpty)
    #expect(asked(world) == 7000)
  }

  @Test("Where most seeds are of one cluster nobody else is waited for", arguments: [true, false])
  func most(refuses: Bool) {
    let world = world(seeds: [7009, 7000, 7001])
    if refuses { world.down = [7009] } else { world.silent = [7009] }
    world.settle()
    world.pass(milliseconds: 600)
    #expect(world.isServing)
  }

  @Test(
    "Where they are not, seeds that do not tell are waited for two seconds",
    arguments: [true, false])
  func gone(refuses: Bool) {
    let world = world(seeds: [7009, 7000])
    if refuses { world.down = [7009] } else { world.silent = [7009] }
    world.settle()
    world.pass(milliseconds: 1_900)
    #expect(!world.isServing)
    let call = world.call(.get(ID.low))
    world.habits[7000] = Say.null
    // From when the other one has told, whom it may have kept waiting for half of one.
    world.pass(milliseconds: 700)
    #expect(world.isServing)
    #expect(world.taken(by: 7000) == [key] && world.outcomes[call] == .missing)
  }

  @Test(
    "After a power cut all come late, and in any order", arguments: [7005, 7000, 7001] as [UInt16])
  func late(first: UInt16) {
    let world = world(seeds: [7005, 7000, 7001])
    world.down = [7000, 7001, 7005]
    world.settle()
    world.pass(milliseconds: 300)
    world.down.remove(first)
    world.pass(milliseconds: 300)
    world.down = []
    world.pass(milliseconds: 3_000)
    #expect(world.isServing)
    #expect(asked(world) == 7000)
  }

  @Test("A seed that is ready and slow keeps no other from telling")
  func slow() {
    let world = world(seeds: [7009, 7005, 7000, 7001])
    // It has greeted, and owes an answer for ever.
    world.views[7009] = nil
    world.settle()
    world.pass(milliseconds: 3_000)
    #expect(world.isServing)
    #expect(asked(world) == 7000)
  }

  @Test("A seed that is no node of a cluster has no say")
  func stranger() {
    let world = world(seeds: [7009, 7000])
    world.views[7009] = "-ERR This instance has cluster support disabled\r\n"
    world.settle()
    world.pass(milliseconds: 1_000)
    #expect(world.isServing)
    #expect(asked(world) == 7000)
  }

  @Test("Between views of one cluster the younger claim decides, be it told by one seed only")
  func views() {
    let world = ScriptedNodes(seeds: [7003, 7004, 7002])
    let after = Slots([(0, 8191, 7006), (8192, 16383, 7001)])
    world.agree(after)
    for port in UInt16(7000)...7009 { world.epochs[port] = Slots.epochs([7001: 2, 7006: 3]) }
    for port: UInt16 in [7002, 7003] {
      world.views[port] = ours.text
      world.epochs[port] = Slots.epochs([7000: 1, 7001: 2])
    }
    world.settle()
    #expect(world.isServing)
    #expect(world.viewRefusals.first == .outdated)
    #expect(world.viewRefusals.allSatisfy { $0 == .outdated })
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7006) == [key])
  }
}
