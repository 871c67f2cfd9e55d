// Reads from `CLUSTER NODES` what `CLUSTER SLOTS` does not report: the configuration epoch with
// which each node claims its slots (Redis Cluster specification, "Configuration handling"). A claim
// with a higher epoch is the younger one. A malformed line is skipped: a node without an epoch is
// believed as if there were no epochs.
//
//   id address flags primary ping-sent pong-received config-epoch link-state slot …

/// The configuration epochs of a cluster's nodes, as one of them knows them.
public struct NodeEpochs: Equatable, Sendable {
  private var epochs: [String: UInt64] = [:]

  /// No epochs.
  public init() {}

  /// The epochs in a reply to `CLUSTER NODES`; none if it is an error.
  public init(reply: borrowing Reply) {
    guard reply.kind == .string || reply.kind == .status else { return }
    let text = reply.string()
    var start = 0
    while start < text.byteCount {
      let end = text.offset(of: UInt8(ascii: "\n"), from: start) ?? text.byteCount
      note(text.extracting(start..<end))
      start = end + 1
    }
  }

  /// The epoch of the node with this id; nil if it is not known.
  public subscript(id: String?) -> UInt64? { id.flatMap { epochs[$0] } }

  private mutating func note(_ line: RawSpan) {
    guard let id = Self.field(0, of: line), id.count == 40, let number = Self.field(6, of: line),
      let epoch = line.extracting(number).decimal(upTo: .max)
    else { return }
    epochs[line.extracting(id).text] = UInt64(epoch)
  }

  private static func field(_ number: Int, of line: RawSpan) -> Range<Int>? {
    var start = 0
    for _ in 0..<number {
      guard let blank = line.offset(of: UInt8(ascii: " "), from: start) else { return nil }
      start = blank + 1
    }
    return start..<(line.offset(of: UInt8(ascii: " "), from: start) ?? line.byteCount)
  }
}

extension Topology {
  /// The highest epoch with which slots are claimed in this view; nil when none is known.
  public func epoch(by epochs: NodeEpochs) -> UInt64? {
    shards.compactMap { epochs[$0.primary.id] }.max()
  }
}
