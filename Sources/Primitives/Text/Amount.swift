/// Amounts in a form for people.
public enum Amount {
  /// Bytes in the largest unit of which there is at least one; with one decimal below 100.
  public static func bytes(_ count: Int) -> String {
    scaled(Double(count), by: 1_024, units: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
  }

  /// Bits a second, likewise.
  public static func bits(_ count: Double) -> String {
    scaled(count, by: 1_000, units: ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
  }

  /// Seconds, or milliseconds if it is not a whole number of seconds.
  public static func span(_ span: TimeSpan) -> String {
    let milliseconds = span.nanoseconds / 1_000_000
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
  }

  /// Nanoseconds in milliseconds; with one decimal below 10, and two below 1.
  public static func milliseconds(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds) / 1e6
    return value < 1 ? "\((value * 100).rounded() / 100) ms" : "\(short(value, below: 10)) ms"
  }

  /// The number with commas between thousands, such as `16,384`.
  public static func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return digits.indices.reduce(into: "") { text, at in
      if at > 0, (digits.count - at) % 3 == 0 { text += "," }
      text.append(digits[at])
    }
  }

  /// `part` as a whole percentage of `whole`; 0 when that is 0.
  public static func percent(_ part: Int, of whole: Int) -> Int {
    whole > 0 ? Int((Double(part) * 100 / Double(whole)).rounded()) : 0
  }

  private static func scaled(_ value: Double, by factor: Double, units: [String]) -> String {
    var value = value
    var place = 0
    while value >= factor, place < units.count - 1 {
      value /= factor
      place += 1
    }
    return "\(short(value, below: 100)) \(units[place])"
  }

  /// The number with one decimal if it is less than `bound` and not whole.
  private static func short(_ value: Double, below bound: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths >= bound || tenths == tenths.rounded() ? "\(Int(value.rounded()))" : "\(tenths)"
  }
}
