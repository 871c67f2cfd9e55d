import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

@Suite("Nodes that take commands and answer none")
struct SilenceTests {
  let get = "GETEX sg:{first:\(ID.low)} PX 1200000"
  let node = ClusterEvent.nodeSuspect(.init(host: "10.0.0.1", port: 7000))

  @Test("After a second a node is suspect: it is handed nothing more, others are not affected")
  func suspect() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == [get])
    world.pass(milliseconds: 1_100)
    #expect(world.events.contains(node))
    #expect(!world.isServing)
    let waiting = world.call(.put(ID.low, version: 1))
    let other = world.call(.get(ID.high))
    world.pass(milliseconds: 100)
    #expect(world.taken(by: 7000) == [])
    world.say(7001, Say.null)
    #expect(world.outcomes[other] == .missing)
    #expect(world.abandon(waiting) == .deadlinePassed)
  }

  @Test("Nobody is called silent whose answers may have come and were not told yet")
  func untold() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    world.store.advance(at: world.now + .seconds(10), readUpTo: world.now)
    #expect(world.isConnected(7000) && world.isServing)
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
    #expect(!world.events.contains(node))
  }

  @Test("A node that takes four commands and answers none: each ends as it may, elsewhere")
  func fourCommands() {
    let world = ScriptedNodes.cluster()
    let calls: [Call] = [
      .get(ID.low), .put(ID.low2, version: 5), .touch(ID.low), .delete(ID.low2),
    ]
    let numbers = calls.map { world.submit($0) }
    world.settle()
    #expect(world.taken(by: 7000).count == 6)
    world.silent = [7000]
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.pass(milliseconds: 1_500)
    // Reading and sliding again; what became of the writes is asked first.
    let (key, key2) = ("sg:{first:\(ID.low)}", "sg:{first:\(ID.low2)}")
    #expect(
      world.taken(by: 7002) == [
        get, "GETRANGE \(key2) 0 95", "GETRANGE \(key) 0 95", "PEXPIRE \(key) 1200000",
        "GETRANGE \(key2) 0 95",
      ])
    let written = Say.header(.put(ID.low2, version: 5))
    world.say(7002, Array(Say.null.utf8) + written + Array((Say.empty + Say.zero).utf8))
    world.say(7002, Say.empty)
    #expect(world.outcomes[numbers[0]] == .missing)
    #expect(world.outcomes[numbers[1]] == .replaced(SessionVersion(bits: 5)))
    #expect(world.outcomes[numbers[2]] == .missing)
    #expect(world.outcomes[numbers[3]] == .deleted)
    #expect(world.depth == 0)
  }

  @Test("A suspect node that answers goes on where it stopped")
  func recovers() {
    let world = ScriptedNodes.cluster()
    let first = world.call(.get(ID.low))
    world.pass(milliseconds: 1_100)
    let second = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.say(7000, Say.null)
    #expect(world.outcomes[first] == .missing)
    world.pass(milliseconds: 20)
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, Say.null)
    #expect(world.outcomes[second] == .missing)
    #expect(world.counters.silences == 0)
    #expect(world.events.last == .nodeRecovered(.init(host: "10.0.0.1", port: 7000)))
  }

  @Test("A suspicion ends with the connection: the next one takes commands at once")
  func suspicionEnds() {
    let world = ScriptedNodes.cluster()
    let first = world.call(.get(ID.low))
    world.pass(milliseconds: 1_100)
    #expect(world.health.map(\.isSuspect) == [true, false])
    _ = world.taken(by: 7000)
    world.down = [7000]
    world.hangUp(7000)
    #expect(world.health.map(\.isSuspect) == [false, false])
    let second = world.call(.get(ID.low))
    world.down = []
    world.pass(milliseconds: 300)
    #expect(world.taken(by: 7000) == [get, get])
    world.say(7000, Say.null + Say.null)
    #expect(world.outcomes[first] == .missing && world.outcomes[second] == .missing)
    #expect(world.isServing)
    // It was not heard on the connection on which it was suspect.
    #expect(!world.events.contains(.nodeRecovered(.init(host: "10.0.0.1", port: 7000))))
  }

  /// A node that has taken the first bytes of a large command, and the command's number.
  private func begun() -> (ScriptedNodes, UInt32) {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 100
    let large = Call.put(ID.low, version: 1).carrying([UInt8](repeating: 1, count: 1_000))
    return (world, world.call(large.when(.exists)))
  }

  @Test("A large command on a slow way is no silence, as long as the node takes its bytes")
  func slowWay() {
    let (world, call) = begun()
    for _ in 0..<12 {
      world.pass(milliseconds: 900)
      world.widen(7000, by: 80)
    }
    #expect(world.counters.suspicions == 0 && world.isConnected(7000))
    world.widen(7000, by: 1_000)
    world.say(7000, Say.ok)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 1)))
  }

  @Test("A suspect node is handed the rest of what it has begun, and is alive if it takes that")
  func restWhileSuspect() {
    let (world, call) = begun()
    let next = world.call(.get(ID.low))
    world.pass(milliseconds: 1_100)
    #expect(world.counters.suspicions == 1)
    world.windows[7000] = nil
    world.store.linkWritable(world.link(7000))
    world.settle()
    #expect(world.taken(by: 7000) == ["SET sg:{first:\(ID.low)} <record> PX 1200000 XX", get])
    #expect(world.counters.silences == 0 && world.isServing)
    world.say(7000, Say.ok + Say.null)
    #expect(world.outcomes[call] == .replaced(SessionVersion(bits: 1)))
    #expect(world.outcomes[next] == .missing)
  }

  @Test("While a node is suspect the others are asked for the topology, again and again")
  func othersAreAsked() {
    let world = ScriptedNodes.cluster()
    let before = world.refreshes
    _ = world.call(.get(ID.low))
    world.pass(milliseconds: 3_000)
    #expect((5...25).contains(world.refreshes - before))
    #expect(world.taken(by: 7000) == [get])
  }

  @Test("A hung primary whose replica took over: what waited is done there at once")
  func failover() {
    let world = ScriptedNodes.cluster()
    let read = world.call(.get(ID.low))
    world.pass(milliseconds: 1_500)
    let write = world.call(.put(ID.low, version: 1).when(.absent))
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.pass(milliseconds: 300)
    #expect(
      Set(world.taken(by: 7002)) == [get, "SET sg:{first:\(ID.low)} <record> PX 1200000 NX"])
    world.say(7002, Say.ok + Say.null)
    world.pass(milliseconds: 10)
    #expect(world.outcomes.keys.sorted() == [read, write])
  }

  @Test("After five seconds the connection is given up, and made anew")
  func givenUp() {
    let world = ScriptedNodes.cluster()
    let call = world.call(.get(ID.low))
    _ = world.taken(by: 7000)
    world.pass(milliseconds: 4_900)
    #expect(world.taken(by: 7000) == [])
    world.pass(milliseconds: 300)
    #expect(world.counters.silences == 1)
    #expect(world.taken(by: 7000) == [get])
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
  }

  @Test("A node that hangs within its greeting is given up after three seconds")
  func silentGreeting() {
    let world = ScriptedNodes(seeds: [7000])
    world.silent = [7000]
    world.settle()
    world.pass(milliseconds: 3_200)
    #expect(world.opened.count >= 2)
    world.silent = []
    world.agree(Slots([(0, 16383, 7000)]))
    world.pass(milliseconds: 3_500)
    #expect(world.isServing)
  }

  /// Together they take longer than one may.
  @Test("Much is not silence: answers that come now and then keep a connection")
  func slowIsAlive() {
    let world = ScriptedNodes.cluster()
    let calls = (0..<50).map { _ in world.submit(.get(ID.low), deadline: .seconds(60)) }
    world.settle()
    for _ in 0..<50 {
      world.pass(milliseconds: 900)
      world.say(7000, Say.null)
    }
    #expect(calls.allSatisfy { world.outcomes[$0] == .missing })
    #expect(world.counters.suspicions == 0)
    #expect(world.counters.linkFaults == 0)
  }

  @Test("What was queued for long before it was handed over is not silence")
  func lateHanding() {
    let world = ScriptedNodes.cluster()
    world.windows[7000] = 0
    let call = world.call(.get(ID.low), deadline: .seconds(60))
    world.pass(milliseconds: 40_000)
    world.widen(7000, by: 10_000)
    #expect(world.taken(by: 7000) == [get])
    world.pass(milliseconds: 900)
    world.say(7000, Say.null)
    #expect(world.outcomes[call] == .missing)
    #expect(world.counters.linkFaults == 0)
  }

  @Test("A node that drips bytes for ever is given up in the end")
  func dripping() {
    let world = ScriptedNodes.cluster()
    _ = world.call(.get(ID.low), deadline: .seconds(100))
    world.say(7000, "$1000\r\n")
    for _ in 0..<50 where world.counters.silences == 0 {
      world.pass(milliseconds: 900)
      world.say(7000, "x")
    }
    #expect(world.counters.silences == 1)
  }

  @Test("A node that does not tell the topology does not keep others from being asked")
  func silentAboutTopology() {
    let world = ScriptedNodes.cluster()
    world.views[7000] = nil
    world.views[7001] = nil
    _ = world.call(.get(ID.low))
    world.say(7000, "-CLUSTERDOWN no\r\n")
    world.pass(milliseconds: 200)
    world.agree(Slots([(0, 16383, 7001)]))
    world.pass(milliseconds: 900)
    #expect(world.taken(by: 7001) == [get])
  }
}
