// One node's view of its cluster: which nodes serve which slots. Made from a `CLUSTER SLOTS` reply
// (`TopologyParser`), compared and chosen by `TopologyVote`, written into a `SlotTable`. Off the
// data path, so strings and arrays are fine here.

/// A node of a cluster.
public struct ClusterNode: Hashable, Sendable {
  /// The node's own id: 40 hexadecimal digits; nil if the server does not report it.
  public let id: String?
  /// Where the node listens, in the form that the cluster prefers (address or host name).
  public let endpoint: Endpoint

  /// A node from its parts.
  public init(id: String? = nil, endpoint: Endpoint) {
    self.id = id
    self.endpoint = endpoint
  }

  /// What identifies the node in every node's view: its id, or its endpoint if it has none.
  var name: String { id ?? endpoint.description }
}

/// Nodes that hold the same slots.
public struct Shard: Equatable, Sendable {
  /// The slots, in order, neighbours joined.
  public internal(set) var ranges: [SlotRange]
  /// The node that serves reads and writes.
  public let primary: ClusterNode
  /// The nodes that hold copies. By name, because each node lists them in the order in which it
  /// met them, and views that differ in nothing else are equal.
  public let replicas: [ClusterNode]

  /// A shard from its parts.
  public init(ranges: [SlotRange], primary: ClusterNode, replicas: [ClusterNode] = []) {
    self.ranges = ranges
    self.primary = primary
    self.replicas = replicas.sorted { $0.name < $1.name }
  }
}

/// A view of a cluster. No slot occurs twice.
public struct Topology: Equatable, Sendable {
  /// The shards, in the order of their first slots.
  public let shards: [Shard]
  /// The number of slots that are served.
  public let coveredSlots: Int
  /// A number that is equal for views in which the same nodes own the same slots. It ignores
  /// replicas and addresses, in which views may differ for a while without anything being wrong.
  public let digest: UInt64

  /// The ids of all nodes that have one.
  public var ids: Set<String> {
    Set(shards.flatMap { [$0.primary] + $0.replicas }.compactMap(\.id))
  }

  /// The view of a server without cluster support: it serves all slots.
  public static func single(_ endpoint: Endpoint) -> Topology {
    Topology(shards: [Shard(ranges: [.all], primary: ClusterNode(endpoint: endpoint))])
  }

  /// A view from its shards, whose ranges must not overlap.
  init(shards: [Shard]) {
    self.shards = shards
    coveredSlots = shards.reduce(0) { $0 + $1.ranges.reduce(0) { $0 + $1.count } }
    digest = Self.digest(of: shards)
  }

  /// The endpoints of all nodes, each once, primaries first.
  public var endpoints: [Endpoint] {
    var seen: Set<Endpoint> = []
    let all = shards.map(\.primary) + shards.flatMap(\.replicas)
    return all.map(\.endpoint).filter { seen.insert($0).inserted }
  }

  /// FNV-1a over the ranges in order, each with its owner's name.
  private static func digest(of shards: [Shard]) -> UInt64 {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    for shard in shards {
      for range in shard.ranges {
        for edge in [range.first, range.last] {
          add(UInt8(edge >> 8))
          add(UInt8(edge & 255))
        }
      }
      shard.primary.name.utf8.forEach(add)
      add(0xFF)
    }
    return digest
  }
}
