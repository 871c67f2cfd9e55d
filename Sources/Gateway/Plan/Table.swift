import Primitives

/// A chapter of a plan: rows of a name, a quantity, and what happens beyond it.
struct Table {
  private let title: String
  private var rows: [(name: String, quantity: String, beyond: String)] = []

  init(_ title: String) { self.title = title }

  /// The table with one more row.
  func row(_ name: String, _ quantity: String, _ beyond: String) -> Table {
    var table = self
    table.rows.append((name, quantity, beyond))
    return table
  }

  /// The chapter as text, its columns aligned.
  var text: String {
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    let lines = rows.map { row in
      let name = row.name.padded(to: width)
      return row.beyond.isEmpty
        ? "  \(name)\(row.quantity)"
        : "  \(name)\(row.quantity.padded(to: 12, gap: 1))\(row.beyond)"
    }
    return ([title] + lines).joined(separator: "\n")
  }
}
