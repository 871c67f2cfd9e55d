import Redis
import Testing

let asked = Endpoint(host: "seed.example.net", port: 7000)

/// A node's id: 40 times the same digit.
func id(_ digit: Character) -> String { String(repeating: digit, count: 40) }

func topology(_ shape: RESP) throws(TopologyFault) -> Topology {
  try Topology(reply: reply(shape.text), asked: asked)
}

func fault(_ shape: RESP) -> TopologyFault? {
  do throws(TopologyFault) { _ = try topology(shape) } catch { return error }
  return nil
}

@Suite("What CLUSTER SLOTS tells")
struct TopologyTests {
  private func node(_ host: RESP, _ port: Int, _ digit: Character) -> RESP {
    [host, .integer(port), .string(id(digit)), []]
  }

  @Test("three shards with a replica each, in any order")
  func full() throws {
    let view = try topology([
      [10923, 16383, node("10.0.0.3", 7000, "c"), node("10.0.0.1", 7001, "f")],
      [0, 5460, node("10.0.0.1", 7000, "a"), node("10.0.0.2", 7001, "d")],
      [5461, 10922, node("10.0.0.2", 7000, "b"), node("10.0.0.3", 7001, "e")],
    ])
    #expect(view.coveredSlots == HashSlot.count)
    #expect(
      view.shards.map(\.primary.endpoint.description) == [
        "10.0.0.1:7000", "10.0.0.2:7000", "10.0.0.3:7000",
      ])
    #expect(view.shards[1].ranges == [SlotRange(5461, 10922)])
    #expect(view.shards[1].replicas.map(\.id) == [id("e")])
    #expect(
      view.endpoints.map(\.description) == [
        "10.0.0.1:7000", "10.0.0.2:7000", "10.0.0.3:7000",
        "10.0.0.2:7001", "10.0.0.3:7001", "10.0.0.1:7001",
      ])
  }

  @Test("a primary of several ranges is one shard, and neighbours are joined")
  func ranges() throws {
    let (a, b) = (node("h", 1, "a"), node("h", 2, "b"))
    let view = try topology([
      [0, 9, a], [20, 29, a], [10, 19, b], [30, 39, a], [16383, 16383, b],
    ])
    #expect(
      view.shards.map(\.ranges) == [
        [SlotRange(0, 9), SlotRange(20, 39)], [SlotRange(10, 19), SlotRange(16383, 16383)],
      ])
    #expect(view.coveredSlots == 41)
  }

  @Test("no slots at all are a view, though an empty one")
  func empty() throws {
    let view = try topology([])
    #expect(view.shards.isEmpty)
    #expect(view.coveredSlots == 0)
  }

  // The five replies below are Redis 7.0.15's own.
  private func own(_ host: RESP, _ metadata: RESP) -> RESP {
    [[5, 5, [host, 7891, "5f8c3065cbc4af76267daeb3a7fba4a49da8f82c", metadata]]]
  }

  @Test("a node that does not know its address is the one that was asked, at its own port")
  func askedNode() throws {
    for host: RESP in ["", nil] {
      let view = try topology(own(host, []))
      #expect(view.shards[0].primary.endpoint == Endpoint(host: "seed.example.net", port: 7891))
    }
  }

  @Test("host names that the cluster prefers")
  func hostnames() throws {
    let preferred = try topology(own("n1.example.net", ["ip", ""])).shards[0].primary
    #expect(preferred.endpoint == Endpoint(host: "n1.example.net", port: 7891))
    let beside = try topology(own("", ["hostname", "n1.example.net"])).shards[0].primary
    #expect(beside.endpoint.host == "seed.example.net")
  }

  @Test("a node whose host nobody knows is left out, and its slots with it")
  func unknownHost() throws {
    let view = try topology([
      [0, 9, node("?", 1, "a"), node("h", 2, "b")], [10, 19, node("h", 3, "c"), node("?", 4, "d")],
    ])
    #expect(view.shards.map(\.ranges) == [[SlotRange(10, 19)]])
    #expect(view.shards[0].replicas.isEmpty)
    #expect(view.coveredSlots == 10)
  }

  @Test("a node without a port of the asker's kind is left out, too")
  func noPort() throws {
    let view = try topology([
      [0, 9, node("h", 0, "a")], [10, 19, node("h", 3, "c"), node("", 0, "d")],
    ])
    #expect(view.shards.map(\.ranges) == [[SlotRange(10, 19)]])
    #expect(view.shards[0].replicas.isEmpty)
  }

  @Test("IPv6 addresses")
  func ipv6() throws {
    let view = try topology([[0, 1, node("fd00::1", 7000, "a")]])
    #expect(view.shards[0].primary.endpoint == Endpoint(parsing: "[fd00::1]:7000"))
  }

  @Test("replies of older servers, and what newer ones may add")
  func versions() throws {
    let old = try topology([[0, 1, ["h", 7000]]])
    #expect(old.shards[0].primary == ClusterNode(endpoint: Endpoint(host: "h", port: 7000)))
    let newer = try topology([
      [
        0, 1,
        [
          "h", 7000, .string(id("a")), ["availability-zone", ["x", 1], "hostname", "n"],
          ["more", [1]], 2,
        ],
        node("h", 7001, "b"),
      ]
    ])
    #expect(newer.shards[0].primary.id == id("a"))
    #expect(newer.shards[0].replicas.map(\.endpoint.port) == [7001])
  }

  @Test("slots out of bounds, and ranges that end before they start")
  func slots() {
    let h = node("h", 1, "a")
    for range: RESP in [
      [16384, 16384, h], [0, 16384, h], [-1, 5, h], [6, 5, h], [0, .integer(.max), h],
      [.integer(.min), .integer(.min), h],
    ] { #expect(fault([range]) == .slotOutOfBounds) }
  }

  @Test("overlapping ranges, of one node or of two, also of one that is unknown")
  func overlap() {
    let (a, b, unknown) = (node("h", 1, "a"), node("h", 2, "b"), node("?", 3, "c"))
    #expect(fault([[0, 10, a], [10, 20, b]]) == .overlap)
    #expect(fault([[0, 10, a], [0, 10, a]]) == .overlap)
    #expect(fault([[5, 6, b], [0, 16383, a]]) == .overlap)
    #expect(fault([[0, 10, unknown], [10, 20, b]]) == .overlap)
    #expect(fault([[0, 10, a], [11, 20, b]]) == nil)
  }

  @Test("nodes that are none")
  func nodes() {
    for node: RESP in [
      ["h", 65536], ["h", -1], ["h/x", 1], ["a b", 1], ["", -1], [nil, 65536],
      ["h", 1, "abc", []], ["h", 1, .string(id("g")), []], ["h", 1, .string(id("a") + "a"), []],
      [.string(String(repeating: "h", count: 256)), 1],
    ] { #expect(fault([[0, 1, node]]) == .invalidNode) }
  }

  @Test("other shapes")
  func shapes() {
    let h = node("h", 1, "a")
    for shape: RESP in [
      nil, 1, "x", .status("OK"), [1], [nil], [[]], [[0, 1]], [[0]], [["0", 1, h]], [[0, nil, h]],
      [[0, 1, []]], [[0, 1, ["h"]]], [[0, 1, [1, 1]]], [[0, 1, [["h"], 1]]], [[0, 1, ["h", "1"]]],
      [[0, 1, nil]], [[0, 1, "h:1"]], [[0, 1, h, 5]], [[0, 1, [.error("ERR"), 1]]],
      [[0, 1, ["h", 1, 5]]], [[0, 1, ["h", 1, nil]]],
      [.error("LOADING x")],
    ] { #expect(fault(shape) == .wrongShape, "\(shape)") }
  }

  @Test("an error in place of a view")
  func refusals() {
    #expect(
      fault(.error("ERR This instance has cluster support disabled")) == .refused(.clusterDisabled))
    #expect(fault(.error("LOADING x")) == .refused(.loading))
    #expect(fault(.error("NOAUTH x")) == .refused(.noAuth))
  }

  @Test("a server without cluster support serves everything itself")
  func single() {
    let view = Topology.single(asked)
    #expect(view.coveredSlots == HashSlot.count)
    #expect(view.endpoints == [asked])
  }

  @Test("the digest is of who owns what, and of nothing else")
  func digest() throws {
    let (a, b) = (node("h", 1, "a"), node("h", 2, "b"))
    let base = try topology([[0, 9, a], [10, 19, b]]).digest
    #expect(try topology([[10, 19, b], [0, 4, a], [5, 9, a]]).digest == base)
    #expect(try topology([[0, 9, a, b], [10, 19, b, a]]).digest == base)
    #expect(try topology([[0, 9, node("moved", 9, "a")], [10, 19, b]]).digest == base)
    for other: RESP in [
      [[0, 9, b], [10, 19, a]], [[0, 8, a], [10, 19, b]], [[0, 10, a], [11, 19, b]], [[0, 9, a]],
      [], [[0, 19, a]], [[0, 9, a], [10, 19, node("h", 2, "c")]],
    ] { #expect(try topology(other).digest != base) }
    let unnamed = try topology([[0, 9, ["h", 1]]]).digest
    #expect(try topology([[0, 9, ["h", 2]]]).digest != unnamed)
  }
}
