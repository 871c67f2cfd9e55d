import Primitives
import Reactor
import Redis
import Testing

@testable import Doctor

@Suite("A Redis Cluster under examination")
struct ClusterTests {
  private func complaint(_ change: (inout RedisFacts) -> Void) throws -> Finding {
    let complaints = Recorded.complaints(change)
    #expect(complaints.count == 1)
    return try #require(complaints.first)
  }

  @Test("A deployment as it should be gets no complaint, and each subject a line")
  func asItShouldBe() {
    #expect(Recorded.complaints { _ in } == [])
    let subjects = Recorded.findings(Recorded.cluster).map(\.subject)
    #expect(Set(subjects).count == subjects.count)
    // Without files of the gateway's own; the nodes of the record show no certificate.
    let absent: Set<Subject> = [.certificates, .tokens, .memory, .tls]
    #expect(Set(subjects) == Set(Subject.allCases).subtracting(absent))
  }

  @Test(
    "Why a node is not reached decides the remedy",
    arguments: [
      (Reach.refused(.wrongPassword), "--redis-password-file"), (.refused(.noAuth), "--redis-pass"),
      (.refused(.busy), "SCRIPT KILL"),
      (.transport(.refused), "Is the node up"), (.transport(.tls(.unknownAuthority)), "--redis-ca"),
      (.transport(.tls(.nameMismatch)), "--redis-server-name"),
      (.transport(.tls(.notTLS)), "TLS port"), (.transport(.tls(.alert(116))), "--redis-cert"),
      (.silent, "hangs"), (.unknownHost, "DNS"), (.notRedis, "client port"),
      (.skipped, "--timeout"),
    ])
  func reach(reach: Reach, remedy: String) throws {
    let found = try complaint { $0.nodes[3].reach = reach }
    #expect(found.subject == .nodes && found.verdict == .fail)
    #expect(found.nodes == ["10.0.0.2:7001"])
    #expect(found.remedy?.contains(remedy) == true)
  }

  @Test("A node that reads its data does not serve, though it answers")
  func loading() throws {
    let found = try complaint { $0.nodes[3].set("loading", "1") }
    #expect(found.subject == .nodes && found.verdict == .fail)
    #expect(found.nodes == ["10.0.0.2:7001"] && found.remedy?.contains("Wait") == true)
  }

  @Test("A single Redis that is a replica refuses every write")
  func loneReplica() throws {
    let found = Recorded.complaints { redis in
      redis.isCluster = false
      redis.nodes = [redis.nodes[0]]
      redis.nodes[0].set("role", "slave")
    }
    let nodes = try #require(found.first { $0.subject == .nodes })
    #expect(nodes.verdict == .fail && nodes.detail.contains("a replica"))
  }

  @Test("A node of a cluster is no single Redis, whatever the settings say")
  func takenForSingle() throws {
    let found = Recorded.complaints { redis in
      redis.isCluster = false
      redis.nodes = [redis.nodes[0]]
    }
    let nodes = try #require(found.first { $0.subject == .nodes })
    #expect(nodes.verdict == .warn && nodes.detail.contains("a node of a cluster"))
  }

  @Test("What CLUSTER NODES would show is missed aloud")
  func hiddenMembers() throws {
    let found = try complaint { $0.hidesMembers = true }
    #expect(found.subject == .cluster && found.verdict == .warn)
    #expect(found.remedy?.contains("+cluster|nodes") == true)
  }

  @Test("Without INFO no replica is read from, and all else goes on")
  func replicasUnread() throws {
    let found = try complaint { redis in
      for place in redis.nodes.indices { redis.nodes[place].rights?.forbidden = [.info] }
    }
    #expect(found.subject == .commands && found.verdict == .warn)
    #expect(found.detail == "user gateway lacks +info: no replica serves reads")
  }

  @Test("A lost seed is a warning as long as another one answers, then a failure")
  func seeds() throws {
    let lost = SeedFacts(address: "10.0.0.9:7000", reach: .transport(.refused))
    #expect(try complaint { $0.seeds.append(lost) }.verdict == .warn)
    let all = Recorded.complaints { redis in
      redis.seeds = [lost]
      redis.nodes = []
    }
    #expect(all.map(\.verdict) == [.fail] && all[0].subject == .seeds)
  }

  @Test("Nobody tells the nodes, or there is no cluster where there must be one")
  func shape() throws {
    #expect(try complaint { $0.nodes = [] }.remedy?.contains("topology single") == true)
    let found = Recorded.complaints { redis in
      redis.expected.demandsCluster = true
      redis.isCluster = false
    }
    #expect(found.first?.subject == .nodes && found.first?.verdict == .fail)
    let several = try #require(
      Recorded.complaints { redis in
        redis.isCluster = false
        redis.seeds.append(redis.seeds[0])
      }.first { $0.subject == .nodes })
    #expect(several.verdict == .fail && several.detail.contains("several nodes"))
  }

  @Test("Lacking rights are named as ACL SETUSER takes them, all nodes in one line")
  func rights() throws {
    let found = try complaint { redis in
      for place in redis.nodes.indices {
        redis.nodes[place].rights?.forbidden = [.getex, .scriptLoad]
        redis.nodes[place].rights?.lackingKeys = ["sg:*"]
      }
    }
    #expect(found.subject == .commands && found.verdict == .fail && found.nodes.isEmpty)
    #expect(
      found.remedy == "On each node: ACL SETUSER gateway +getex +script|load ~sg:*")
  }

  @Test("Rights that only guard lost writes are a warning, beside others part of the failure")
  func guards() throws {
    let weak = try complaint { $0.nodes[1].rights?.forbidden = [.clientInfo, .clientKill] }
    #expect(weak.subject == .commands && weak.verdict == .warn && weak.nodes.count == 1)
    #expect(weak.remedy == "On each node: ACL SETUSER gateway +client|info +client|kill")
    let poor = try complaint { $0.nodes[1].rights?.forbidden = [.get, .clientKill] }
    #expect(poor.verdict == .fail && poor.remedy?.hasSuffix("+get +client|kill") == true)
    let blind = try complaint { redis in
      redis.nodes[1].rights?.forbidden = [.clientKill]
      redis.nodes[1].rights?.lackingKeys = ["sg:*"]
    }
    #expect(blind.verdict == .fail)
  }

  @Test("What may not be read is a warning with the right to grant")
  func forbidden() throws {
    let unread = Recorded.complaints { $0.nodes[0].configuration = .forbidden }
    #expect(unread.map(\.verdict) == [.warn])
    #expect(unread[0].remedy?.hasSuffix("ACL SETUSER gateway +config|get") == true)
    let blind = Recorded.complaints { redis in
      for place in redis.nodes.indices {
        redis.nodes[place].info = .forbidden
        redis.nodes[place].clusterInfo = .forbidden
        redis.nodes[place].configuration = .forbidden
      }
    }
    #expect(blind.allSatisfy { $0.verdict == .warn })
    #expect(blind.contains { $0.remedy?.hasSuffix("+info") == true })
  }

  @Test("Versions: too old fails, another line is a warning")
  func versions() throws {
    let old = try complaint { $0.nodes[1].set("redis_version", "6.0.16") }
    #expect(old.verdict == .fail && old.nodes == ["10.0.0.1:7001"])
    #expect(try complaint { $0.nodes[0].set("redis_version", "7.0.5") }.verdict == .warn)
  }

  @Test("A cluster that is down, a slot without an owner, a lost primary and a lost replica")
  func state() throws {
    let down = try complaint { redis in
      let text = Recorded.clusterInfo.replacing("state:ok", with: "state:fail")
      redis.nodes[2].clusterInfo = .value(InfoText(text))
    }
    #expect(down.subject == .cluster && down.verdict == .fail)
    #expect(try complaint { $0.coveredSlots = 16_383 }.detail == "1 of 16,384 have no owner")
    let fail = Recorded.complaints { redis in
      let text = Recorded.nodes.replacing("two.example master", with: "two.example master,fail")
      redis.members = ClusterMember.read(text, asked: Recorded.asked)
    }
    #expect(fail.first?.verdict == .fail && fail.first?.nodes == ["10.0.0.2:7000"])
    let replica = Recorded.complaints { redis in
      let (up, down) = ("10.0.0.3:7001@17001 slave", "10.0.0.3:7001@17001 slave,fail")
      let text = Recorded.nodes.replacing(up, with: down)
      redis.members = ClusterMember.read(text, asked: Recorded.asked)
    }
    #expect(replica.map(\.subject) == [.cluster, .replicas])
    #expect(replica.allSatisfy { $0.verdict == .warn })
  }

  @Test("A primary without a replica, one whose replica is beside it, one that is not linked")
  func replicas() throws {
    let bare = try complaint { $0.members.remove(at: 4) }
    #expect(bare.detail == "a primary without a replica" && bare.nodes == ["10.0.0.2:7000"])
    let beside = try complaint { redis in
      let text = Recorded.nodes.replacing("10.0.0.3:7001", with: "10.0.0.2:7002")
      redis.members = ClusterMember.read(text, asked: Recorded.asked)
    }
    #expect(beside.detail == "no replica on another host" && beside.nodes == ["10.0.0.2:7000"])
    let unlinked = try complaint { $0.nodes[1].set("master_link_status", "down") }
    #expect(unlinked.subject == .replicas && unlinked.nodes == ["10.0.0.1:7001"])
  }

  @Test("Primaries that share a machine, and whether they are the majority")
  func hosts() throws {
    let found = Recorded.complaints { redis in
      let text = Recorded.nodes.replacing("10.0.0.3:7000", with: "10.0.0.1:7002")
      redis.members = ClusterMember.read(text, asked: Recorded.asked)
    }
    let hosts = try #require(found.first { $0.subject == .hosts })
    #expect(hosts.detail == "10.0.0.1 has 2 of 3 primaries")
    #expect(hosts.remedy?.contains("majority") == true)
  }

  @Test(
    "A node timeout that the deadline does not outlive, one of a blink, and two that differ",
    arguments: [("15000", "--deadline"), ("7501", "--deadline"), ("500", "pause")])
  func nodeTimeout(milliseconds: String, remedy: String) throws {
    let found = try complaint { redis in
      for place in redis.nodes.indices {
        redis.nodes[place].configuration = .value([
          "cluster-node-timeout": milliseconds, "save": "",
        ])
      }
    }
    #expect(found.verdict == .warn && found.remedy?.contains(remedy) == true)
    let mixed = try complaint {
      $0.nodes[0].configuration = .value(["cluster-node-timeout": "5001", "save": ""])
    }
    #expect(mixed.detail.hasPrefix("nodes differ"))
  }
}
