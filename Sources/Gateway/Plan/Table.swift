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
      let name = Self.padded(row.name, width)
      return row.beyond.isEmpty
        ? "  \(name)\(row.quantity)" : "  \(name)\(Self.padded(row.quantity, 12))\(row.beyond)"
    }
    return ([title] + lines).joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}

/// Quantities in readable form.
enum Quantities {
  /// Bytes in the largest unit that leaves at least 1, with at most one decimal digit, none from
  /// 100 on.
  static func bytes(_ count: Int) -> String {
    scaled(Double(count), by: 1_024, units: ["B", "KiB", "MiB", "GiB", "TiB"])
  }

  /// Bits a second.
  static func bits(_ count: Double) -> String {
    scaled(count, by: 1_000, units: ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
  }

  /// Seconds, or milliseconds if it is not a whole number of seconds.
  static func span(_ span: TimeSpan) -> String {
    let milliseconds = span.nanoseconds / 1_000_000
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
  }

  private static func scaled(_ value: Double, by factor: Double, units: [String]) -> String {
    var value = value
    var place = 0
    while value >= factor, place < units.count - 1 {
      value /= factor
      place += 1
    }
    let tenths = (value * 10).rounded() / 10
    let digits =
      tenths == tenths.rounded() || tenths >= 100 ? "\(Int(value.rounded()))" : "\(tenths)"
    return "\(digits) \(units[place])"
  }
}
