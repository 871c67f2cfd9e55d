import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Owners of slots are asked whether they serve, so that it is known before a caller needs it")
struct ProbeTests {
  /// A cluster of two whose first questions are answered.
  private func cluster() -> ScriptedNodes {
    let world = ScriptedNodes.cluster()
    world.forgetProbes()
    return world
  }

  @Test("Once connected, in a cluster and of a single node", arguments: [true, false])
  func first(inCluster: Bool) {
    let world = inCluster ? ScriptedNodes.cluster() : ScriptedNodes.single()
    #expect(Set(world.probed) == (inCluster ? [7000, 7001] : [7000]))
    #expect(world.isServing)
  }

  @Test("Once a second where nothing else is asked of it, and not where something is")
  func idle() {
    let world = cluster()
    for _ in 0..<10 {
      world.pass(milliseconds: 500)
      _ = world.call(.get(ID.low))
      _ = world.taken(by: 7000)
      world.say(7000, Say.null)
    }
    #expect(world.probed == Array(repeating: 7001, count: world.probed.count))
    #expect((4...5).contains(world.probed.count))
  }

  @Test("For a key of one of its own slots that is no session's")
  func key() {
    let world = cluster()
    world.pass(milliseconds: 3_000)
    for (port, key) in zip(world.probed, world.probedKeys) {
      #expect(key.hasPrefix("sg:{:") && key.utf8.count == "sg:{:000}".utf8.count)
      let slot = unsafe HashSlot.of(key: Array(key.utf8).span.bytes)
      #expect(port == (slot < 8_192 ? 7000 : 7001))
    }
    #expect(world.probed.count >= 4)
  }

  @Test("One that hangs is suspect, with nobody asking anything")
  func hanging() {
    let world = cluster()
    world.silent = [7000]
    world.pass(milliseconds: 2_500)
    #expect(!world.isServing)
    #expect(world.events.contains(.nodeSuspect(Endpoint(host: "10.0.0.1", port: 7000))))
  }

  @Test(
    "One that serves nobody for now is known, and known to be back, with nobody asking anything",
    arguments: [
      ("-CLUSTERDOWN The cluster is down\r\n", .clusterdown),
      ("-LOADING Redis is loading the dataset in memory\r\n", .loading),
      ("-BUSY Redis is busy running a script\r\n", .busy),
      ("-MASTERDOWN Link with MASTER is down\r\n", .masterdown),
      ("-NOAUTH Authentication required.\r\n", .noauth),
    ] as [(String, ErrorKind)], [true, false])
  func refusing(_ refusal: (error: String, kind: ErrorKind), inCluster: Bool) {
    let world = inCluster ? ScriptedNodes.cluster() : ScriptedNodes.single()
    world.services[7000] = refusal.error
    world.pass(milliseconds: 1_100)
    #expect(!world.isServing)
    #expect(world.health.first { $0.endpoint.port == 7000 }?.isServing == false)
    #expect(world.health.first { $0.endpoint.port == 7000 }?.refusals == [refusal.kind])
    world.pass(milliseconds: 20_000)
    #expect(!world.isServing)
    world.services[7000] = nil
    world.pass(milliseconds: 1_100)
    #expect(world.isServing)
    #expect(world.health.allSatisfy { $0.isServing })
  }

  @Test("A caller that was refused calls for the question, and decides nothing by itself")
  func called() {
    let world = cluster()
    world.pass(milliseconds: 300)
    let call = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    // One slot may have no owner for now while the others have theirs.
    world.say(7000, "-CLUSTERDOWN Hash slot not served\r\n")
    #expect(world.probed == [7000] && world.isServing)
    _ = world.abandon(call)
    world.services[7000] = "-CLUSTERDOWN The cluster is down\r\n"
    world.pass(milliseconds: 300)
    let other = world.call(.get(ID.low2))
    _ = world.taken(by: 7000)
    world.say(7000, "-CLUSTERDOWN The cluster is down\r\n")
    #expect(!world.isServing)
    _ = world.abandon(other)
  }

  @Test(
    "What concerns one key or the gateway's rights is no refusal",
    arguments: [
      "-ASK 1 10.0.0.1:7001\r\n", "-NOPERM no key\r\n", "-WRONGTYPE no\r\n", "-TRYAGAIN no\r\n",
    ])
  func others(error: String) {
    let world = cluster()
    world.services[7000] = error
    world.pass(milliseconds: 3_000)
    #expect(world.probed.contains(7000) && world.isServing)
  }

  @Test("One that says that a slot has moved calls for the topology")
  func moved() {
    let world = cluster()
    world.agree(Slots([(0, 4_095, 7000), (4_096, 16_383, 7001)]))
    world.services[7000] = "-MOVED 5000 10.0.0.1:7001\r\n"
    let before = world.refreshes
    world.pass(milliseconds: 1_200)
    #expect(world.refreshes > before && world.isServing)
    #expect(world.health.first { $0.endpoint.port == 7001 }?.slots == 12_288)
  }

  @Test("A refusal ends with the connection: the next one is asked anew")
  func renewed() {
    let world = cluster()
    world.services[7000] = "-LOADING no\r\n"
    world.pass(milliseconds: 1_100)
    world.services[7000] = nil
    world.hangUp(7000)
    world.forgetProbes()
    world.pass(milliseconds: 300)
    #expect(world.probed == [7000] && world.isServing)
  }

  @Test("Every slot has a key to ask for")
  func numbers() {
    var slots = Set<UInt16>()
    for number in 0..<Probe.numbers { slots.insert(Probe.slot(of: number)) }
    #expect(slots.count == HashSlot.count)
  }
}
