// Numbers with units, as people write them in settings: durations and sizes.
//
// In: text. Out: a count of the smallest unit, or nil. Fractions, signs, spaces and numbers that
// overflow 64 bits are refused. `text(for:)` is the inverse, for showing defaults and bounds.

/// A notation for numbers with units.
public struct Quantity: Sendable {
  /// The units, the largest first, each with its size in the smallest unit. Of names with the same
  /// size the first one is shown.
  let units: [(name: String, size: Int)]
  /// The size of the unit that a number without a unit counts.
  let bare: Int

  /// Durations, counted in nanoseconds: `20m`, `500ms`, `1h30m`; a bare number means seconds.
  public static let duration = Quantity(
    units: [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
      ("s", 1_000_000_000), ("ms", 1_000_000),
    ], bare: 1_000_000_000)

  /// Sizes, counted in bytes: `1MiB`, `64k`; every prefix is a power of 1,024.
  public static let size = Quantity(
    units: [
      ("GiB", 1 << 30), ("G", 1 << 30), ("g", 1 << 30), ("MiB", 1 << 20), ("M", 1 << 20),
      ("m", 1 << 20), ("KiB", 1 << 10), ("K", 1 << 10), ("k", 1 << 10), ("B", 1),
    ], bare: 1)

  /// `text` as a count of the smallest unit; nil when it is not in this notation.
  public func count(in text: String) -> Int? {
    if let number = Self.number(text[...]) { return Self.product(number, bare) }
    var rest = text[...]
    var sum = 0
    var last = Int.max
    while !rest.isEmpty {
      guard let (part, unit) = takePart(of: &rest), unit < last else { return nil }
      let (next, overflow) = sum.addingReportingOverflow(part)
      if overflow { return nil }
      (sum, last) = (next, unit)
    }
    return last == Int.max ? nil : sum
  }

  /// `count` in the largest unit that leaves no remainder.
  public func text(for count: Int) -> String {
    guard let unit = units.first(where: { count >= $0.size && count % $0.size == 0 }) else {
      return "\(count)"
    }
    return "\(count / unit.size)\(unit.name)"
  }

  /// Removes a number and its unit from the front; nil when there is none.
  private func takePart(of rest: inout Substring) -> (count: Int, unit: Int)? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    let letters = rest[digits.endIndex...].prefix { $0.isLetter }
    guard let number = Self.number(digits),
      let unit = units.first(where: { $0.name == letters })?.size,
      let count = Self.product(number, unit)
    else { return nil }
    rest = rest[letters.endIndex...]
    return (count, unit)
  }

  private static func number(_ digits: Substring) -> Int? {
    digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
  }

  private static func product(_ left: Int, _ right: Int) -> Int? {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? nil : product
  }
}
