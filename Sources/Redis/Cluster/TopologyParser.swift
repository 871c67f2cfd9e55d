// Parses `CLUSTER SLOTS`:
//
//   reply  = *[ range … ]
//   range  = *[ first, last, primary, replica … ]
//   node   = *[ preferred endpoint or null, port, id, *[ name, value … ] ]
//
// Id and metadata are optional, since Redis 4 and 7 added them, and whatever a later version
// appends is skipped. A null or empty endpoint means the host of the node that was asked. `?` is a
// host that the node does not know: such a node cannot be reached, so it is left out, and its slots
// count as unserved. A reply with any fault is refused whole: half a view is worse than the old
// one.

import Primitives

extension Topology {
  /// The length of a node's id, in characters.
  fileprivate static let idLength = 40

  /// The view in a reply to `CLUSTER SLOTS`.
  ///
  /// - Parameters:
  ///   - reply: a complete reply.
  ///   - asked: the node that sent it.
  public init(reply: borrowing Reply, asked: Endpoint) throws(TopologyFault) {
    if reply.kind == .error { throw .refused(RedisError(reply.string())) }
    var parser = TopologyParser(asked: asked)
    self.init(shards: try parser.shards(in: reply))
  }
}

private struct TopologyParser {
  /// A range with its nodes, the primary first; nil is a node that cannot be reached.
  typealias Entry = (slots: SlotRange, primary: ClusterNode?, replicas: [ClusterNode])

  let asked: Endpoint
  var cursor = ReplyCursor()

  init(asked: Endpoint) { self.asked = asked }

  mutating func shards(in reply: borrowing Reply) throws(TopologyFault) -> [Shard] {
    guard let count = cursor.array(in: reply) else { throw .wrongShape }
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try entry(in: reply)) }
    entries.sort { $0.slots.first < $1.slots.first }
    for (left, right) in zip(entries, entries.dropFirst())
    where left.slots.last >= right.slots.first { throw .overlap }
    return Self.grouped(entries)
  }

  private mutating func entry(in reply: borrowing Reply) throws(TopologyFault) -> Entry {
    guard let count = cursor.array(in: reply), count >= 3,
      let first = cursor.integer(in: reply), let last = cursor.integer(in: reply)
    else { throw .wrongShape }
    guard first >= 0, first <= last, last < HashSlot.count else { throw .slotOutOfBounds }
    let primary = try node(in: reply)
    var replicas: [ClusterNode] = []
    for _ in 3..<count {
      if let replica = try node(in: reply) { replicas.append(replica) }
    }
    return (SlotRange(UInt16(first), UInt16(last)), primary, replicas)
  }

  private mutating func node(in reply: borrowing Reply) throws(TopologyFault) -> ClusterNode? {
    guard let count = cursor.array(in: reply), count >= 2, let host = cursor.next(in: reply),
      host.isText && host.kind != .error || host.kind == .null,
      let port = cursor.integer(in: reply)
    else { throw .wrongShape }
    let id = count > 2 ? try nodeID(in: reply) : nil
    for _ in 3..<max(3, count) where !cursor.skip(in: reply) { throw .wrongShape }
    let name = reply.string(of: host)
    // Nor can a node be reached without a port of the requested kind (plain or TLS).
    if name.equals("?") || port == 0 { return nil }
    guard let endpoint = endpoint(name, port) else { throw .invalidNode }
    return ClusterNode(id: id, endpoint: endpoint)
  }

  private func endpoint(_ host: RawSpan, _ port: Int) -> Endpoint? {
    if !host.isEmpty { return Endpoint(host: host, port: port) }
    guard let port = UInt16(exactly: port), port > 0 else { return nil }
    return Endpoint(host: asked.host, port: port)
  }

  private mutating func nodeID(in reply: borrowing Reply) throws(TopologyFault) -> String {
    guard let token = cursor.text(in: reply) else { throw .wrongShape }
    let id = reply.string(of: token)
    guard id.byteCount == Topology.idLength, id.isHexadecimal else { throw .invalidNode }
    return id.text
  }

  /// One shard for each primary, its neighbouring ranges joined; `entries` are in order.
  private static func grouped(_ entries: [Entry]) -> [Shard] {
    var shards: [Shard] = []
    var places: [String: Int] = [:]
    for entry in entries {
      guard let primary = entry.primary else { continue }
      if let place = places[primary.name] {
        shards[place].append(entry.slots)
      } else {
        places[primary.name] = shards.count
        shards.append(
          Shard(ranges: [entry.slots], primary: primary, replicas: entry.replicas))
      }
    }
    return shards
  }
}

extension Shard {
  /// Adds slots that come after all that the shard has.
  fileprivate mutating func append(_ slots: SlotRange) {
    if let last = ranges.last, Int(last.last) + 1 == Int(slots.first) {
      ranges[ranges.count - 1] = SlotRange(last.first, slots.last)
    } else {
      ranges.append(slots)
    }
  }
}

extension RawSpan {
  /// Whether the span is hexadecimal digits only.
  fileprivate var isHexadecimal: Bool {
    for at in 0..<byteCount {
      switch byte(at: at) {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        continue
      default: return false
      }
    }
    return true
  }
}
