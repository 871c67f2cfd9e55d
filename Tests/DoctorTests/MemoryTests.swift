import Primitives
import Redis
import Testing

@testable import Doctor

@Suite("Memory, saving and time under examination")
struct MemoryTests {
  private func complaint(_ change: (inout RedisFacts) -> Void) throws -> Finding {
    let complaints = Recorded.complaints(change)
    #expect(complaints.count == 1)
    return try #require(complaints.first)
  }

  @Test("No limit, limits that differ, limits beyond the machine")
  func maxmemory() throws {
    #expect(try complaint { $0.nodes[0].set("maxmemory", "0") }.detail == "no limit")
    let mixed = try complaint { $0.nodes[0].set("maxmemory", "1073741824") }
    #expect(mixed.detail == "nodes differ: 1 GiB, 4 GiB")
    let crowded = Recorded.complaints { redis in
      for place in redis.nodes.indices {
        redis.nodes[place].set("maxmemory", "\(12 << 30)")
      }
    }
    #expect(crowded.map(\.subject) == [.maxmemory, .maxmemory, .maxmemory])
    #expect(crowded.first?.detail == "10.0.0.1: nodes may take 24 GiB of 23.5 GiB")
  }

  @Test("A policy that drops living sessions", arguments: ["allkeys-lru", "volatile-ttl"])
  func eviction(policy: String) throws {
    let found = try complaint { $0.nodes[4].set("maxmemory_policy", policy) }
    #expect(found.subject == .eviction && found.nodes == ["10.0.0.3:7000"])
  }

  @Test(
    "How full a primary is", arguments: [(79, Verdict.ok), (80, .warn), (94, .warn), (95, .fail)])
  func fill(percent: Int, verdict: Verdict) {
    let found = Recorded.complaints { redis in
      redis.nodes[0].set("used_memory", "\(4_294_967_296 * percent / 100)")
    }
    #expect((found.first?.verdict ?? .ok) == verdict)
  }

  @Test(
    "Sessions that are expected, by the primary that has least room",
    arguments: [(9 << 30, Verdict.ok), (10 << 30, .warn), (13 << 30, .fail)])
  func expectation(bytes: Int, verdict: Verdict) {
    let found = Recorded.complaints { $0.expected.sessionBytes = bytes }
    #expect((found.first?.verdict ?? .ok) == verdict)
  }

  /// Of 12 GiB, each of the three that have slots takes 4.
  @Test("A primary without slots takes no share of the sessions that are expected")
  func idlePrimary() throws {
    let found = try complaint { redis in
      redis.expected.sessionBytes = 12 << 30
      redis.nodes.append(Recorded.node("10.0.0.4:7000", primary: true))
      redis.members.append(
        ClusterMember(id: "idle", host: "10.0.0.4", address: "10.0.0.4:7000"))
    }
    #expect(found.detail == "sessions take 4 GiB of 4 GiB per primary")
  }

  @Test("Without a limit the nodes of a machine share what it has")
  func sharedMachine() throws {
    let found = Recorded.complaints { redis in
      // 23.5 GiB for two nodes; a primary's share of the sessions is 11 GiB.
      redis.expected.sessionBytes = 33 << 30
      for place in redis.nodes.indices { redis.nodes[place].set("maxmemory", "0") }
    }
    #expect(found.map(\.subject) == [.maxmemory, .headroom])
    #expect(found.last?.detail == "sessions take 11 GiB of 11.8 GiB per primary")
  }

  @Test("Saving: save points, an append-only file, and one that failed")
  func persistence() throws {
    let saving = try complaint { redis in
      redis.nodes[0].configuration = .value([
        "cluster-node-timeout": "5000", "save": "3600 1",
      ])
    }
    #expect(saving.subject == .persistence && saving.verdict == .warn)
    #expect(try complaint { $0.nodes[0].set("aof_enabled", "1") }.verdict == .warn)
    let broken = try complaint { redis in
      redis.nodes[0].set("rdb_last_bgsave_status", "err")
      redis.nodes[0].configuration = .value([
        "cluster-node-timeout": "5000", "save": "3600 1", "stop-writes-on-bgsave-error": "yes",
      ])
    }
    #expect(broken.verdict == .fail && broken.detail.contains("refused"))
  }

  @Test("A failed save is of no matter where nothing is saved any more")
  func formerlySaved() {
    #expect(Recorded.complaints { $0.nodes[0].set("rdb_last_bgsave_status", "err") } == [])
  }

  @Test("A clock that is off by more than the way there could explain")
  func clock() throws {
    let ahead = try complaint { $0.nodes[2].clock = (.milliseconds(2_500), .milliseconds(1)) }
    #expect(ahead.subject == .clock && ahead.detail == "2500 ms ahead")
    let behind = try complaint { $0.nodes[2].clock = (.seconds(-90), .milliseconds(1)) }
    #expect(behind.detail == "90000 ms behind")
    let far: (TimeSpan, TimeSpan) = (.milliseconds(1_400), .milliseconds(500))
    #expect(Recorded.complaints { $0.nodes[2].clock = far } == [])
  }

  @Test("Slow answers count by the hundredth part of them")
  func latency() throws {
    var pings = Array(repeating: TimeSpan.microseconds(300), count: 100)
    pings[7] = .milliseconds(800)
    #expect(Recorded.complaints { $0.nodes[0].pings = pings } == [])
    pings[9] = .milliseconds(11)
    let slow = try complaint { $0.nodes[0].pings = pings }
    #expect(slow.subject == .latency && slow.nodes == ["10.0.0.1:7000"])
    #expect(slow.detail == "a ping takes 0.3 ms, 99 of 100 under 11 ms")
  }

  @Test(
    "Percentiles of few times", arguments: [(1, 1, 1), (2, 1, 2), (100, 50, 99), (101, 51, 100)])
  func percentiles(count: Int, middle: Int, high: Int) {
    let times = (1...count).reversed().map { TimeSpan.milliseconds($0) }
    let found = Percentiles(times)
    #expect(found.middle == .milliseconds(middle) && found.high == .milliseconds(high))
  }

  @Test("A single Redis is not asked about a cluster")
  func single() {
    var redis = Recorded.cluster
    redis.isCluster = false
    redis.nodes = [redis.nodes[0]]
    redis.nodes[0].set("redis_mode", "standalone")
    let found = Recorded.findings(redis)
    #expect(found.allSatisfy { $0.verdict == .ok })
    #expect(Set(found.map(\.subject)).isDisjoint(with: [.cluster, .slots, .hosts, .nodeTimeout]))
  }
}
