import Primitives
import Redis
import Sessions
import StoreContract
import Testing

@testable import ClusterStore

/// A cluster of two; 7002 is the replica of 7000, which serves the lower half.
@Suite("Reading from replicas")
struct ReplicaTests {
  let key = "sg:{first:\(ID.low)}"
  let session = Call.put(ID.low, version: 4)
  var slid: String { "PEXPIRE \(key) 1200000 GT" }
  /// Slides by the record that the primary has.
  var slidByRecord: String { "EVALSHA \(Script.touch.digest) 1 \(key)  1200000" }

  static func following(_ lag: Int, up: Bool = true, role: String = "slave") -> String {
    let text =
      up
      ? "# Replication\r\nrole:\(role)\r\nmaster_link_status:up\r\n"
        + "master_last_io_seconds_ago:\(lag)\r\nmaster_sync_in_progress:0\r\n"
      : "# Replication\r\nrole:\(role)\r\nmaster_link_status:down\r\nmaster_last_io_seconds_ago:-1"
        + "\r\nmaster_sync_in_progress:0\r\nmaster_link_down_since_seconds:\(lag)\r\n"
    return "$\(text.utf8.count)\r\n\(text)\r\n"
  }

  private func world(
    _ following: String = Self.following(0), reads: ReadTarget = .replica,
    limits: (inout ClusterLimits) -> Void = { _ in }
  ) -> ScriptedNodes {
    let world = ScriptedNodes(seeds: [7000, 7001], reads: reads, limits: limits)
    world.agree(
      Slots([(0, 8191, 7000), (8192, 16383, 7001)], replicas: [7000: [7002]]))
    world.followings[7002] = following
    world.settle()
    return world
  }

  @Test("get: GET at the replica; behind the answer the primary slides")
  func get() {
    let world = world()
    #expect(world.readOnly == [7002])
    let call = world.call(.get(ID.low))
    #expect(world.taken(by: 7002) == ["GET \(key)"])
    world.say(7002, Say.session(session))
    guard case .found(let facts) = world.outcomes[call] else { Issue.record("missing"); return }
    #expect(facts.expiresIn == 1_200)
    #expect(world.found == Say.record(session))
    #expect(world.taken(by: 7000) == [slid])
    world.say(7000, Say.one)
    #expect(world.depth == 0)
    #expect(world.counters.replicaReads == 1)
    #expect(world.counters.replicaFallbacks == 0)
  }

  @Test("get: a session's own timeout, and what is left until its absolute deadline")
  func ownTimeout() {
    let world = world()
    _ = world.call(.get(ID.low))
    world.say(7002, Say.session(.put(ID.low, version: 4, idleTimeout: 90)))
    #expect(world.taken(by: 7000) == [slidByRecord])
  }

  @Test("peek and inspect slide nothing", arguments: [Verb.peek, .inspect])
  func seen(_ verb: Verb) {
    let world = world()
    let call = world.call(Call(verb, ID.low))
    #expect(world.taken(by: 7002).first == "PTTL \(key)")
    world.say(7002, Array(":5000\r\n".utf8) + Say.session(session))
    guard case .found = world.outcomes[call] else { Issue.record("missing"); return }
    #expect(world.taken(by: 7000) == [])
  }

  @Test("Writes, touches and locks, and reads that are compared, go to the primary")
  func primaryOnly() {
    let world = world()
    for call in [
      session, .touch(ID.low), .delete(ID.low), .lock(ID.low, 1), .get(ID.low).latest,
    ] {
      _ = world.call(call)
    }
    #expect(world.taken(by: 7002) == [])
    #expect(world.taken(by: 7000).last == "GETEX \(key) PX 1200000")
  }

  @Test("By default nobody connects to replicas")
  func primaryByDefault() {
    let world = world(reads: .primary)
    _ = world.call(.get(ID.low))
    world.pass(milliseconds: 500)
    #expect(!world.opened.contains(7002))
    #expect(world.taken(by: 7000).count == 1)
  }

  @Test("Nothing at the replica: the primary is asked, since a session may be younger than that")
  func missing() {
    let world = world()
    let call = world.call(.get(ID.low))
    world.say(7002, Say.null)
    #expect(world.outcomes[call] == nil)
    #expect(world.taken(by: 7000) == ["GET \(key)"])
    world.say(7000, Say.session(session))
    guard case .found = world.outcomes[call] else { Issue.record("missing"); return }
    #expect(world.taken(by: 7000) == [slid])
    let none = world.call(.get(ID.low))
    world.say(7002, Say.null)
    world.say(7000, Say.one + Say.null)
    #expect(world.outcomes[none] == .missing)
    #expect(world.counters.replicaFallbacks == 2)
  }

  @Test(
    "A replica that cannot answer: the primary does, at once",
    arguments: [
      "-MOVED 1 10.0.0.1:7001\r\n", "-MASTERDOWN no\r\n", "-LOADING no\r\n", "-CLUSTERDOWN no\r\n",
      "-MOVED\r\n", "-ASK 1 10.0.0.1:7001\r\n", "-NOPERM no\r\n", "-ERR no\r\n",
      "-WRONGTYPE no\r\n",
    ])
  func refused(_ error: String) {
    let world = world()
    let call = world.call(.get(ID.low))
    world.say(7002, error)
    #expect(world.taken(by: 7000) == ["GET \(key)"])
    world.say(7000, Say.session(session))
    guard case .found = world.outcomes[call] else { Issue.record("missing"); return }
    #expect(world.health.map(\.slots) == [8192, 8192, 0])
  }

  @Test("A replica that ends: what it was asked is answered by the primary, at once")
  func lost() {
    let world = world()
    let call = world.call(.peek(ID.low))
    world.die(7002)
    #expect(world.taken(by: 7000) == ["PTTL \(key)", "GET \(key)"])
    world.say(7000, Array(":5000\r\n".utf8) + Say.session(session))
    guard case .found = world.outcomes[call] else { Issue.record("missing"); return }
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7000) == ["GETEX \(key) PX 1200000"])
    #expect(world.isServing)
  }

  @Test("A replica that hangs: a second later the primary answers")
  func hung() {
    let world = world()
    world.silent = [7002]
    _ = world.call(.get(ID.low))
    world.pass(milliseconds: 1_100)
    #expect(world.taken(by: 7000) == ["GET \(key)"])
    #expect(world.isServing)
  }

  @Test(
    "A replica that lags, copies or is none is not read from",
    arguments: [
      ReplicaTests.following(16), ReplicaTests.following(16, up: false),
      ReplicaTests.following(0, role: "master"), "$0\r\n\r\n", "-NOPERM no\r\n",
    ])
  func lags(_ following: String) {
    let world = world(following)
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7002) == [])
    #expect(world.taken(by: 7000) == ["GETEX \(key) PX 1200000"])
  }

  @Test("It is asked each second how it follows; each change is one line")
  func probes() {
    let world = world()
    world.followings[7002] = Self.following(16)
    world.pass(milliseconds: 3_000)
    world.followings[7002] = Self.following(3, up: false)
    world.pass(milliseconds: 3_000)
    let node = Endpoint(host: "10.0.0.1", port: 7002)
    let lines = world.events.filter {
      $0 == .replicaReadable(node) || $0 == .replicaLagging(node)
    }
    #expect(lines == [.replicaReadable(node), .replicaLagging(node), .replicaReadable(node)])
  }

  @Test("A replica that joins later is found within seconds")
  func joins() {
    let world = ScriptedNodes(seeds: [7000], reads: .replica)
    world.agree(Slots([(0, 16383, 7000)]))
    world.settle()
    world.agree(Slots([(0, 16383, 7000)], replicas: [7000: [7002]]))
    world.followings[7002] = Self.following(0)
    world.pass(milliseconds: 5_500)
    let asked = world.refreshes
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7002) == ["GET \(key)"])
    world.say(7002, Say.session(session))
    world.say(7000, Say.one)
    world.pass(milliseconds: 20_000)
    #expect(world.refreshes == asked)
  }

  @Test("The primary is down: its replica is read from, and the timeout is extended later")
  func primaryDown() {
    let world = world()
    world.die(7000)
    let call = world.call(.get(ID.low))
    world.say(7002, Say.session(session))
    guard case .found = world.outcomes[call] else { Issue.record("missing"); return }
    world.agree(Slots([(0, 8191, 7002), (8192, 16383, 7001)]))
    world.pass(milliseconds: 400)
    #expect(world.taken(by: 7002).contains(slid))
  }

  @Test("Timeouts that wait to be extended take no room from callers that wait")
  func primaryDownForLong() {
    let world = world {
      $0.parkedOperations = 5
      $0.ownOperations = 2
    }
    world.die(7000)
    for _ in 0..<10 {
      let call = world.call(.get(ID.low))
      world.say(7002, Say.session(session))
      guard case .found = world.outcomes[call] else { Issue.record("missing"); return }
    }
    #expect(world.parkedCount == 2)
    let waiting = (0..<3).map { _ in world.call(session) }
    #expect(world.parkedCount == 5 && waiting.allSatisfy { world.outcomes[$0] == nil })
  }

  @Test("Connected anew, a replica is not read from before it has said how it follows")
  func anew() {
    let world = world()
    (world.followings[7002], world.views[7002]) = (nil, nil)
    world.hangUp(7002)
    world.pass(milliseconds: 300)
    #expect(world.opened.last == 7002 && world.isConnected(7002))
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7002) == [])
    #expect(world.taken(by: 7000) == ["GETEX \(key) PX 1200000"])
  }

  @Test("Of several replicas one is read from after the other")
  func turns() {
    let world = ScriptedNodes(seeds: [7000, 7001], reads: .replica)
    world.agree(
      Slots([(0, 8191, 7000), (8192, 16383, 7001)], replicas: [7000: [7002, 7003]]))
    for port in UInt16(7002)...7003 { world.followings[port] = Self.following(0) }
    world.settle()
    var order: [UInt16] = []
    for _ in 0..<6 {
      _ = world.call(.get(ID.low))
      for port in UInt16(7002)...7003 {
        order += world.taken(by: port).map { _ in port }
      }
    }
    #expect(Set(order.prefix(2)) == [7002, 7003])
    #expect(order == [0, 1, 0, 1, 0, 1].map { order[$0] })
    #expect(world.taken(by: 7000) == [])
  }

  @Test("A seed that turns out to be a replica is connected to anew, READONLY first")
  func seedIsReplica() {
    let world = ScriptedNodes(seeds: [7002], reads: .replica)
    world.agree(
      Slots([(0, 8191, 7000), (8192, 16383, 7001)], replicas: [7000: [7002]]))
    world.followings[7002] = Self.following(0)
    world.settle()
    world.pass(milliseconds: 200)
    #expect(world.readOnly == [7002])
    _ = world.call(.get(ID.low))
    #expect(world.taken(by: 7002) == ["GET \(key)"])
  }
}
