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
      #expect(key.hasPrefix("sg:{first:/") && key.utf8.count == "sg:{first:/000}".utf8.count)
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
      ("-READONLY You can't write against a read only replica.\r\n", .readonly),
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

  @Test("Every slot has a key to ask for, whatever the namespace")
  func numbers() {
    for namespace in ["default", "a-longer-name-of-a-namespace"] {
      let space = KeySpace(Namespace(name: namespace)!)
      var slots = Set<UInt16>()
      for number in 0..<Probe.numbers { slots.insert(space.slot(ofProbe: number)) }
      #expect(slots.count == HashSlot.count)
    }
  }

  @Test("One that refuses is asked beside what callers ask, and is known to be back")
  func busy() {
    let world = cluster()
    world.services[7000] = "-LOADING no\r\n"
    world.pass(milliseconds: 1_100)
    #expect(!world.isServing)
    world.services[7000] = nil
    _ = world.call(.get(ID.low))
    for _ in 0..<5 {
      world.pass(milliseconds: 200)
      // There is always one that is not answered.
      _ = world.call(.get(ID.low))
      world.say(7000, Say.null)
    }
    #expect(world.isServing)
  }

  @Test("The next question waits for the answer to the last")
  func slow() {
    let world = cluster()
    world.services[7000] = ""
    let calls = (0..<3).map { _ in world.call(.get(ID.low)) }
    for call in calls {
      world.say(7000, "-LOADING no\r\n")
      // Who gives up is not tried again, in front of the question.
      _ = world.abandon(call)
      world.pass(milliseconds: 150)
    }
    #expect(world.probed == [7000])
    world.answerProbe(7000, "-LOADING no\r\n")
    #expect(!world.isServing)
  }

  @Test("One that has not answered since it was connected is not known to serve")
  func unasked() {
    let world = ScriptedNodes(seeds: [7000, 7001])
    world.agree(Slots([(0, 8191, 7000), (8192, 16383, 7001)]))
    world.services[7001] = ""
    world.settle()
    #expect(world.probed.contains(7001) && !world.isServing)
    world.answerProbe(7001, ":0\r\n")
    #expect(world.isServing)
  }

  @Test("Full disks and lost replicas are known before a caller meets them, and end no service")
  func writes() {
    let world = cluster()
    world.services[7000] = "-MISCONF no\r\n"
    world.pass(milliseconds: 1_100)
    #expect(world.isServing)
    #expect(world.health.first { $0.endpoint.port == 7000 }?.refusals == [.misconf])
  }

  /// Redis says of a write that it lacks replicas before it says that it reads its data.
  @Test("A node that refuses writes is asked to read, too")
  func reads() {
    let world = cluster()
    world.services[7000] = "-NOREPLICAS no\r\n"
    world.readings[7000] = "-LOADING no\r\n"
    world.pass(milliseconds: 1_100)
    #expect(!world.isServing)
    world.readings[7000] = ":-2\r\n"
    world.pass(milliseconds: 1_100)
    #expect(world.isServing)
  }

  /// As with `cluster-allow-reads-when-down`.
  @Test("A node that reads and serves no writes does not serve")
  func readsOnly() {
    let world = cluster()
    world.services[7000] = "-CLUSTERDOWN no\r\n"
    world.readings[7000] = ":-2\r\n"
    world.pass(milliseconds: 1_100)
    #expect(!world.isServing)
    #expect(world.health.first { $0.endpoint.port == 7000 }?.isServing == false)
    world.services[7000] = nil
    world.pass(milliseconds: 1_100)
    #expect(world.isServing)
  }

  @Test("A question ends with the connection: the next one is asked anew")
  func lostQuestion() {
    let world = cluster()
    world.services[7000] = ""
    world.pass(milliseconds: 1_100)
    #expect(world.probed.contains(7000))
    world.hangUp(7000)
    world.services[7000] = nil
    world.forgetProbes()
    world.pass(milliseconds: 300)
    #expect(world.probed.contains(7000) && world.isServing)
  }

  @Test("A lone node that became a replica is connected to anew, with nobody asking anything")
  func flipped() {
    let world = ScriptedNodes.single()
    world.services[7000] = "-READONLY no\r\n"
    let before = world.opened.count
    world.pass(milliseconds: 1_300)
    #expect(world.opened.count > before)
    // Behind the address is the new primary.
    world.services[7000] = nil
    world.pass(milliseconds: 2_000)
    #expect(world.isServing)
  }

  @Test("Probes and topologies are timed like commands")
  func timed() {
    let world = cluster()
    world.pass(milliseconds: 10_000)
    let durations = world.health[0].tally.durations(of: .upkeep)
    #expect((0..<DurationCounts.ranges).reduce(0) { $0 + durations.counts[$1] } > 10)
  }

  @Test("Whoever has lost its slots is not said to refuse them")
  func demoted() {
    let world = cluster()
    world.services[7000] = "-CLUSTERDOWN no\r\n"
    world.agree(Slots([(0, 16_383, 7001)]))
    world.pass(milliseconds: 1_500)
    #expect(world.isServing)
    #expect(world.health.allSatisfy { $0.isServing })
  }
}
