/// Amounts in a form for people, for a column of a table.
enum Amount {
  /// Bytes in the largest unit of which there is at least one; with one decimal below 10.
  static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var value = Double(count)
    var place = 0
    while value >= 1_024, place < units.count - 1 {
      value /= 1_024
      place += 1
    }
    return "\(short(value)) \(units[place])"
  }

  /// Nanoseconds in milliseconds; with one decimal below 10, and two below 1.
  static func milliseconds(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds) / 1e6
    if value >= 1 { return "\(short(value)) ms" }
    let hundredths = (value * 100).rounded() / 100
    return "\(hundredths) ms"
  }

  /// The number with commas between thousands, such as `16,384`.
  static func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return digits.indices.reduce(into: "") { text, at in
      if at > 0, (digits.count - at) % 3 == 0 { text += "," }
      text.append(digits[at])
    }
  }

  /// `part` as a whole percentage of `whole`; 0 when that is 0.
  static func percent(_ part: Int, of whole: Int) -> Int {
    whole > 0 ? Int((Double(part) * 100 / Double(whole)).rounded()) : 0
  }

  private static func short(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths >= 10 || tenths == tenths.rounded() ? "\(Int(value.rounded()))" : "\(tenths)"
  }
}
