// What real servers said (redis-server 7.0.15), shortened to the lines that matter and to a few that
// do not, and the facts of a deployment as it should be: three servers with two nodes each, the
// replicas crossed.

import Primitives
import Redis

@testable import Doctor

enum Recorded {
  /// INFO of a primary.
  static let info = """
    # Server\r
    redis_version:7.0.15\r
    redis_mode:cluster\r
    os:Linux 6.18.44 x86_64\r
    executable:/usr/bin/redis-server\r
    \r
    # Memory\r
    used_memory:1774272\r
    used_memory_human:1.69M\r
    total_system_memory:25276510208\r
    maxmemory:4294967296\r
    maxmemory_policy:noeviction\r
    \r
    # Persistence\r
    rdb_last_bgsave_status:ok\r
    aof_enabled:0\r
    aof_last_write_status:ok\r
    \r
    # Stats\r
    latest_fork_usec:0\r
    \r
    # Replication\r
    role:master\r
    \r
    """

  /// CLUSTER INFO.
  static let clusterInfo = """
    cluster_state:ok\r
    cluster_slots_assigned:16384\r
    cluster_slots_ok:16384\r
    cluster_slots_pfail:0\r
    cluster_known_nodes:6\r
    """

  /// CLUSTER NODES of a deployment as it should be, with a slot on its way and a host name.
  static let nodes = """
    6648612e88f48051676e6531839e507b41446bb8 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 [5461-<-7a07103b31029f2ab98d2abd550138ff7084d73e]
    7a07103b31029f2ab98d2abd550138ff7084d73e 10.0.0.2:7000@17000,two.example master - 0 1795269135866 2 connected 5461-10922
    fcd0c95f1a63a9a95bf15697125c985b00907df3 10.0.0.3:7000@17000 master - 0 1795269134818 3 connected 10923-16382 16383
    a648612e88f48051676e6531839e507b41446bb8 10.0.0.2:7001@17001 slave 6648612e88f48051676e6531839e507b41446bb8 0 1795269134818 1 connected
    ba07103b31029f2ab98d2abd550138ff7084d73e 10.0.0.3:7001@17001 slave 7a07103b31029f2ab98d2abd550138ff7084d73e 0 1795269134818 2 connected
    ccd0c95f1a63a9a95bf15697125c985b00907df3 10.0.0.1:7001@17001 slave fcd0c95f1a63a9a95bf15697125c985b00907df3 0 1795269134818 3 connected

    """

  static let asked = Endpoint(host: "10.0.0.1", port: 7000)
  static let addresses = (1...3).flatMap { ["10.0.0.\($0):7000", "10.0.0.\($0):7001"] }

  /// A node as it should be.
  static func node(_ address: String, primary: Bool) -> NodeFacts {
    var node = NodeFacts(address: address, reach: .reached)
    node.tlsVersion = "TLSv1.3"
    node.info = .value(
      InfoText(primary ? info : info.replacing("role:master", with: "role:slave")))
    node.clusterInfo = .value(InfoText(clusterInfo))
    node.configuration = .value(["cluster-node-timeout": "5000", "save": ""])
    node.rights = CommandRights()
    node.clock = (.milliseconds(3), .milliseconds(1))
    node.pings = Array(repeating: .microseconds(200), count: 100)
    return node
  }

  /// A cluster as it should be, behind a password.
  static var cluster: RedisFacts {
    var expected = RedisExpectations()
    expected.hasPassword = true
    expected.isLocal = false
    expected.isEncrypted = true
    expected.user = "gateway"
    var facts = RedisFacts(expected: expected)
    facts.seeds = [SeedFacts(address: addresses[0], reach: .reached)]
    facts.isCluster = true
    facts.nodes = addresses.map { node($0, primary: $0.hasSuffix("7000")) }
    facts.coveredSlots = 16_384
    facts.members = ClusterMember.read(nodes, asked: asked)
    return facts
  }

  static let now = UnixTime(milliseconds: 1_800_000_000_000)

  /// What is said of a Redis.
  static func findings(_ redis: RedisFacts?) -> [Finding] {
    var facts = Facts(now: now, descriptors: (1_000, 2_000))
    facts.redis = redis
    return Examination(facts).findings
  }

  /// What is said of a cluster as it should be, changed by `change`; only what is not in order.
  static func complaints(_ change: (inout RedisFacts) -> Void) -> [Finding] {
    var redis = cluster
    change(&redis)
    return findings(redis).filter { $0.verdict != .ok }
  }
}

extension NodeFacts {
  /// Puts another value into what INFO said.
  mutating func set(_ name: String, _ value: String) {
    let role = isPrimary == false ? "role:slave" : "role:master"
    let others = Recorded.info.replacing("role:master", with: role)
      .split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\(name):") }
    info = .value(InfoText((others + ["\(name):\(value)"]).joined(separator: "\n")))
  }
}
