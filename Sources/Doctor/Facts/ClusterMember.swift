// A cluster's nodes as one of them describes them, in the lines of CLUSTER NODES:
//
//   id ip:port@busport[,hostname[,name=value…]] flags primary ping pong epoch link slots…
//
// `flags` are separated by commas. Each of `slots` is `N`, `N-M`, or a migrating slot in brackets.

public import Redis

/// A node of a cluster, as another node sees it.
public struct ClusterMember: Equatable, Sendable {
  /// The node's id: 40 hexadecimal digits, or its endpoint when only CLUSTER SLOTS could be read.
  public let id: String
  /// The machine it is on: its address, or its host name if no address is reported.
  public let host: String
  /// Where it listens, for people.
  public let address: String
  /// Whether it is a primary, with or without slots.
  public let isPrimary: Bool
  /// The id of the primary that a replica follows; nil for a primary.
  public let primary: String?
  /// Whether the node asked considers it lost: its flags have `fail`, `fail?`, `noaddr` or
  /// `handshake`.
  public let isLost: Bool
  /// How many slots it owns.
  public let slots: Int

  /// A member from its parts.
  public init(
    id: String, host: String, address: String, primary: String? = nil, isLost: Bool = false,
    slots: Int = 0
  ) {
    self.id = id
    self.host = host
    self.address = address
    self.isPrimary = primary == nil
    self.primary = primary
    self.isLost = isLost
    self.slots = slots
  }

  /// Reads a line; nil when it is malformed. `asked` is the node that sent it, which may not know
  /// its own address.
  init?(line: Substring, asked: Endpoint) {
    let words = line.split(separator: " ")
    guard words.count >= 8, let at = words[1].firstIndex(of: "@"),
      let colon = words[1][..<at].lastIndex(of: ":")
    else { return nil }
    let flags = words[2].split(separator: ",")
    let names = words[1].split(separator: ",", omittingEmptySubsequences: false).dropFirst()
    let told = String(words[1][..<colon])
    let named = names.first.map(String.init) ?? ""
    let host = told.isEmpty ? (named.isEmpty ? asked.host : named) : told
    let port = words[1][words[1].index(after: colon)..<at]
    self.init(
      id: String(words[0]), host: host,
      address: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)",
      primary: flags.contains("slave") ? String(words[3]) : nil,
      isLost: flags.contains { ["fail", "fail?", "noaddr", "handshake"].contains($0) },
      slots: words.dropFirst(8).reduce(0) { $0 + Self.slots(in: $1) })
  }

  private static func slots(in word: Substring) -> Int {
    let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard let first = ends.first, let last = ends.last, ends.count <= 2, first >= 0, last >= first,
      last < HashSlot.count
    else { return 0 }
    return last - first + 1
  }

  /// The members in a whole answer; malformed lines are skipped.
  public static func read(_ text: String, asked: Endpoint) -> [ClusterMember] {
    text.split(whereSeparator: \.isNewline).compactMap { ClusterMember(line: $0, asked: asked) }
  }

  /// The members that CLUSTER SLOTS names, for users who may not run CLUSTER NODES. Lost nodes are
  /// not among them.
  public static func members(of topology: Topology) -> [ClusterMember] {
    topology.shards.flatMap { shard in
      let primary = shard.primary.endpoint
      let slots = shard.ranges.reduce(0) { $0 + $1.count }
      let replicas = shard.replicas.map(\.endpoint).map { endpoint in
        ClusterMember(
          id: endpoint.description, host: endpoint.host, address: endpoint.description,
          primary: primary.description)
      }
      let owner = ClusterMember(
        id: primary.description, host: primary.host, address: primary.description, slots: slots)
      return [owner] + replicas
    }
  }
}
