import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("What nodes tell of their cluster")
struct TopologyTests {
  private func world(telling view: String) -> ScriptedNodes {
    let world = ScriptedNodes(seeds: [7000])
    world.views[7000] = view
    world.settle()
    return world
  }

  @Test("No address, or an empty one, means the node that was asked", arguments: [nil, ""])
  func noAddress(_ host: String?) {
    let world = world(telling: Slots(host: host, port: 7000).text)
    #expect(world.isServing)
    #expect(world.health.map(\.endpoint.description) == ["10.0.0.1:7000"])
  }

  @Test("Names and IPv6 addresses are endpoints", arguments: ["redis-1.example", "fd00::7"])
  func hosts(_ host: String) {
    let world = world(telling: Slots(host: host, port: 7003).text)
    #expect(world.opened == [7000, 7003])
    #expect(world.isServing)
    #expect(world.health.contains { $0.endpoint.host == host && $0.slots == 16_384 })
  }

  @Test("A node that is called ? serves nothing: asked again until somebody knows")
  func unknownNode() {
    let world = world(telling: Slots(host: "?", port: 7000).text)
    #expect(!world.isServing)
    world.views[7000] = Slots([(0, 16383, 7000)]).text
    world.pass(milliseconds: 400)
    #expect(world.isServing)
  }

  @Test("No slots at the start: asked again until there are some, said once")
  func noSlots() {
    let world = world(telling: "*0\r\n")
    let call = world.call(.get(ID.low))
    world.pass(milliseconds: 3_000)
    #expect((8...20).contains(world.refreshes))
    #expect(world.viewRefusals == [.noSlots])
    world.views[7000] = Slots([(0, 16383, 7000)]).text
    world.pass(milliseconds: 400)
    #expect(world.taken(by: 7000).count == 1)
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("Nodes for which there is no room when they are listed are served once there is")
  func noRoom() {
    let world = ScriptedNodes(seeds: [7000])
    world.agree(Slots([(0, 16383, 7000)]))
    world.settle()
    let named = ClusterLimits.nodes
    world.down = Set(8_000..<8_000 + UInt16(named))
    for _ in 0..<named { world.submit(.get(ID.low)) }
    world.settle()
    world.agree(Slots([(0, 8191, 7000), (8192, 16383, 7001)]))
    let redirects = (0..<named).map { "-ASK \(ID.slot(ID.low)) 10.0.0.2:\(8_000 + $0)\r\n" }
    world.say(7000, redirects.joined())
    #expect(world.health.count == named)
    world.habits[7000] = Say.null
    world.babble(7000)
    world.pass(milliseconds: 20_000)
    #expect(world.health.map(\.endpoint.port) == [7000, 7001] && world.isServing)
  }

  /// Each lists them in the order in which it met them.
  @Test("Nodes that list the same replicas in another order tell no news")
  func replicasInAnotherOrder() {
    let ranges = [(0, 8191, UInt16(7000)), (8192, 16383, 7001)]
    let world = ScriptedNodes(seeds: [7000, 7001])
    world.agree(Slots(ranges, replicas: [7000: [7002, 7003]]))
    world.views[7001] = Slots(ranges, replicas: [7000: [7003, 7002]]).text
    world.settle()
    world.pass(milliseconds: 300_000)
    #expect(Set(world.asked) == [7000, 7001])
    #expect(world.counters.topologyChanges == 1)
  }

  @Test("Nobody there at the start: requests wait for the first node")
  func nobodyThere() {
    let world = ScriptedNodes(seeds: [7000, 7001])
    world.agree(Slots([(0, 16383, 7001)]))
    world.down = [7000, 7001]
    let call = world.call(.get(ID.low))
    world.pass(milliseconds: 4_000)
    world.down = [7000]
    // Two seconds for the pause of its connection, two for the other seed, which might know of more.
    world.pass(milliseconds: 4_500)
    world.say(7001, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test(
    "What cannot be read changes nothing",
    arguments: [
      "+OK\r\n", "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:7002\r\n",
      "*1\r\n*3\r\n:5\r\n:1\r\n*2\r\n$1\r\nh\r\n:7002\r\n",
      "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\nh\r\n:0\r\n", "-NOPERM no\r\n", "-ERR odd\r\n",
    ])
  func unreadable(_ view: String) {
    let world = ScriptedNodes.cluster()
    for port in UInt16(7000)...7001 { world.views[port] = view }
    world.habits[7000] = "-CLUSTERDOWN no\r\n"
    _ = world.call(.get(ID.low))
    world.pass(milliseconds: 500)
    #expect(world.isServing)
    #expect(world.counters.refreshFaults > 0)
    #expect(world.health.map(\.slots) == [8192, 8192])
  }

  @Test("Slots that nobody serves: their requests wait, the others go on, and it is asked often")
  func gap() {
    let world = ScriptedNodes(seeds: [7000])
    world.agree(Slots([(8192, 16383, 7001)]))
    world.settle()
    let low = world.call(.get(ID.low))
    let high = world.call(.get(ID.high))
    world.say(7001, Say.null)
    #expect(world.outcomes[high] == .missing)
    #expect(!world.isServing)
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.pass(milliseconds: 300)
    world.say(7002, Say.null)
    #expect(world.outcomes[low] == .missing)
  }

  @Test("A gap is noticed to be filled also when nobody asks for a session")
  func gapWithoutRequests() {
    let world = ScriptedNodes(seeds: [7000])
    world.agree(Slots([(8192, 16383, 7001)]))
    world.settle()
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.pass(milliseconds: 1_500)
    #expect(world.isServing)
  }

  @Test("The owner leaves: its slots' requests go to the next one, and it is forgotten")
  func scaleDown() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.agree(Slots([(0, 16383, 7001)]))
    world.die(7000)
    world.pass(milliseconds: 400)
    world.say(7001, Say.null)
    #expect(world.outcomes[call] == .missing)
    #expect(world.isServing)
  }

  @Test("The owner leaves before it could be connected to")
  func scaleDownBefore() {
    let world = ScriptedNodes(seeds: [7001])
    world.down = [7005]
    world.agree(Slots([(0, 8191, 7005), (8192, 16383, 7001)]))
    world.settle()
    let call = world.call(.get(ID.low))
    world.pass(milliseconds: 500)
    world.agree(Slots([(0, 16383, 7001)]))
    world.pass(milliseconds: 400)
    world.say(7001, Say.null)
    #expect(world.outcomes[call] == .missing)
    world.pass(milliseconds: 70_000)
    #expect(world.health.count == 1)
  }

  @Test("A node that left with answers owed is forgotten too, later")
  func strangerWithAnswersOwed() {
    let world = ScriptedNodes(seeds: [7001])
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.settle()
    let call = world.call(.get(ID.low))
    world.agree(Slots([(0, 16383, 7001)]))
    world.pass(milliseconds: 61_000 / 100)
    world.say(7002, Say.null)
    #expect(world.outcomes[call] == .missing)
    world.pass(milliseconds: 130_000)
    #expect(world.health.count == 1)
    #expect(!world.isConnected(7002))
  }

  @Test("A failover: what waits is done by the promoted replica as soon as it is elected")
  func failover() {
    let world = ScriptedNodes.cluster()
    #expect(world.counters.topologyChanges == 1)
    world.die(7000)
    let call = world.call(.get(ID.low))
    world.pass(milliseconds: 6_000)
    // However often it was asked for.
    #expect(world.counters.topologyChanges == 1 && world.counters.refreshes > 10)
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.pass(milliseconds: 300)
    #expect(world.counters.topologyChanges == 2)
    #expect(world.taken(by: 7002).count == 1)
    world.say(7002, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("All seeds are gone, then all primaries: whoever is known tells who serves now")
  func seedsGone() {
    let world = ScriptedNodes(seeds: [7000])
    let replicas: [UInt16: [UInt16]] = [7001: [7003], 7002: [7004]]
    world.agree(Slots([(0, 8191, 7001), (8192, 16383, 7002)], replicas: replicas))
    world.settle()
    world.die(7000)
    world.pass(milliseconds: 70_000)
    world.die(7001)
    world.agree(Slots([(0, 8191, 7003), (8192, 16383, 7002)], replicas: [7002: [7004]]))
    let call = world.call(.get(ID.low))
    world.pass(milliseconds: 400)
    world.say(7003, Say.null)
    #expect(world.outcomes[call] == .missing)
    // Nobody is connected any more but a replica that nobody was connected to before.
    world.down = [7000, 7001, 7002, 7003]
    for port in UInt16(7002)...7003 { world.die(port) }
    world.agree(Slots([(0, 16383, 7004)]))
    world.habits[7004] = Say.null
    let later = world.call(.get(ID.low))
    world.pass(milliseconds: 2_500)
    #expect(world.outcomes[later] == .missing)
  }

  @Test("A wrong password on one node only: said once, and the others serve")
  func passwordOfOne() {
    let world = ScriptedNodes(seeds: [7000, 7001], password: "secret")
    world.greetings[7000] = "-WRONGPASS invalid username-password pair\r\n"
    world.agree(Slots([(0, 8191, 7000), (8192, 16383, 7001)]))
    world.settle()
    let high = world.call(.get(ID.high))
    world.say(7001, Say.null)
    #expect(world.outcomes[high] == .missing)
    let low = world.call(.get(ID.low))
    world.pass(milliseconds: 4_000)
    #expect(world.outcomes[low] == nil)
    let lines = world.events.compactMap {
      if case .nodeDown(_, let fault) = $0 { fault.code } else { nil }
    }
    #expect(lines == ["credentials"])
    world.greetings = [:]
    world.pass(milliseconds: 2_500)
    world.say(7000, Say.null)
    #expect(world.outcomes[low] == .missing)
  }

  @Test("A minute later the topology is asked for again, without anything having happened")
  func age() {
    let world = ScriptedNodes.cluster()
    let before = world.refreshes
    world.pass(milliseconds: 59_000)
    #expect(world.refreshes == before)
    world.pass(milliseconds: 2_000)
    #expect(world.refreshes == before + 1)
  }

  @Test("A primary that is also listed as a replica is a primary")
  func twofold() {
    let world = ScriptedNodes(seeds: [7000])
    let slots = Slots(
      [(0, 8191, 7000), (8192, 16383, 7001)], replicas: [7001: [7000], 7000: [7002]])
    world.agree(slots)
    world.settle()
    #expect(world.isServing)
    world.hangUp(7000)
    world.pass(milliseconds: 300)
    #expect(world.isServing)
  }
}
