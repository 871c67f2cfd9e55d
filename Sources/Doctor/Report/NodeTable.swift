import Primitives
import Reactor

/// A table of the nodes: address, role, version, memory, round trip, days left of the certificate.
struct NodeTable {
  private static let heads = ["node", "role", "version", "memory", "p50", "p99", "cert"]
  /// How many columns hold text, aligned left; the others hold numbers, aligned right.
  private static let texts = 3
  private let rows: [[String]]

  init(_ nodes: [NodeFacts], now: UnixTime) {
    rows = nodes.map { node in
      let info = node.info.value
      let pings = node.pings.isEmpty ? nil : Percentiles(node.pings)
      return [
        node.address,
        node.reach == .reached ? node.isPrimary.map { $0 ? "primary" : "replica" } ?? "-" : "lost",
        info?["redis_version"] ?? "-",
        Self.memory(info),
        pings.map { Amount.milliseconds($0.middle.nanoseconds) } ?? "-",
        pings.map { Amount.milliseconds($0.high.nanoseconds) } ?? "-",
        node.certificate.map {
          "\(($0.notAfter.milliseconds - now.milliseconds) / 86_400_000) d"
        } ?? "-",
      ]
    }
  }

  private static func memory(_ info: InfoText?) -> String {
    guard let info, let used = info.count("used_memory") else { return "-" }
    let limit = info.count("maxmemory") ?? 0
    return limit == 0 ? Amount.bytes(used) : "\(Amount.bytes(used)) of \(Amount.bytes(limit))"
  }

  /// The lines of the table, with its headings first.
  var lines: [String] {
    let all = [Self.heads] + rows
    let widths = Self.heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.indices.map { column in
        let blanks = String(repeating: " ", count: widths[column] - row[column].count)
        return column < Self.texts ? row[column] + blanks : blanks + row[column]
      }
      return "  " + cells.joined(separator: "  ")
    }
  }
}
