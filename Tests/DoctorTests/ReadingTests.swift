import Redis
import Testing

@testable import Doctor

@Suite("What Redis's texts say")
struct ReadingTests {
  @Test("INFO by lines, whatever they end with")
  func info() {
    let info = InfoText(Recorded.info)
    #expect(info["redis_version"] == "7.0.15")
    #expect(info["executable"] == "/usr/bin/redis-server")
    #expect(info.count("maxmemory") == 4_294_967_296)
    #expect(info["# Server"] == nil && info["nothing"] == nil)
    #expect(info.count("redis_mode") == nil)
    #expect(InfoText("a:1\nb:x:y")["b"] == "x:y")
  }

  @Test("A number that no machine has cannot overflow a sum")
  func largeNumbers() {
    let info = InfoText("a:9223372036854775807\nb:-5\nc:99999999999999999999")
    #expect(info.count("a") == 1 << 53)
    #expect(info.count("b") == 0)
    #expect(info.count("c") == nil)
  }

  @Test("CLUSTER NODES: who, where, whose replica, how many slots")
  func members() throws {
    let members = ClusterMember.read(Recorded.nodes, asked: Recorded.asked)
    #expect(members.count == 6)
    #expect(members.map(\.slots) == [5_461, 5_462, 5_461, 0, 0, 0])
    #expect(members.map(\.isPrimary) == [true, true, true, false, false, false])
    #expect(members[1].host == "10.0.0.2" && members[1].address == "10.0.0.2:7000")
    #expect(members[3].primary == members[0].id)
    #expect(members.allSatisfy { !$0.isLost })
  }

  @Test(
    "A node that is lost, or was never there",
    arguments: ["master,fail", "master,fail?", "slave,fail", "master,noaddr", "handshake"])
  func lost(flags: String) throws {
    let line = "id 10.0.0.9:7000@17000 \(flags) - 0 0 1 disconnected"
    let member = try #require(ClusterMember.read(line, asked: Recorded.asked).first)
    #expect(member.isLost)
  }

  @Test("Addresses of all forms")
  func addresses() throws {
    func member(_ place: String) -> ClusterMember? {
      ClusterMember.read("id \(place) master - 0 0 1 connected 7", asked: Recorded.asked).first
    }
    #expect(member(":7000@17000")?.address == "10.0.0.1:7000")
    #expect(member(":7000@17000,node.example")?.host == "node.example")
    #expect(member("fd00::1:7000@17000")?.address == "[fd00::1]:7000")
    #expect(member("10.0.0.5:7000@17000,,shard-id=abc")?.slots == 1)
  }

  @Test(
    "What is no line says nothing, and no slots are counted that there are not",
    arguments: ["", "id", "id 10.0.0.1:7000 master - 0 0 1 connected", "a b c d e f g h i"])
  func noLines(text: String) { #expect(ClusterMember.read(text, asked: Recorded.asked).isEmpty) }

  @Test("Slots out of bounds", arguments: ["5-4", "-1", "16384", "0-16384", "x", "1-2-3", "-"])
  func slots(word: String) throws {
    let line = "id 10.0.0.1:7000@1 master - 0 0 1 connected \(word)"
    #expect(try #require(ClusterMember.read(line, asked: Recorded.asked).first).slots == 0)
  }

  @Test("NOPERM takes a right away, any other error does not")
  func rights() {
    var rights = CommandRights()
    for _ in 0..<2 {
      rights.take(.error(.noPermission, isAboutKeys: false), to: .getex, on: "sg:*")
      rights.take(.error(.noPermission, isAboutKeys: true), to: .set, on: "sg:*")
      rights.take(.error(.noScript, isAboutKeys: false), to: .evalsha, on: "sg:*")
      rights.take(.error(.other, isAboutKeys: false), to: .rename, on: "sg:*")
      rights.take(.null, to: .get, on: "sg:*")
    }
    #expect(rights.lacking == ["+getex", "~sg:*"])
  }

  @Test("What is tried changes nothing: each word of a write is refused or finds nothing")
  func tries() {
    #expect(NeededCommand.set.words("k") == ["set", "k", "", "XX", "PX", "1"])
    #expect(NeededCommand.clientKill.words("k") == ["client", "kill", "id", "none"])
    #expect(NeededCommand.all(cluster: false, replicas: true).contains(.readonly) == false)
    #expect(NeededCommand.all(cluster: true, replicas: true) == NeededCommand.allCases)
  }
}
