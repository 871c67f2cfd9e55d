// Reads the notations of `--mix` and `--size`. In: text. Out: a value, or a sentence that says what
// is wrong and what to write instead.

import Settings

/// A mistake in an argument.
public struct LoadMistake: Error, Equatable, Sendable, CustomStringConvertible {
  /// One sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// The notations of `--mix` and `--size`.
public enum LoadNotation {
  /// Reads names with their weights, such as "get=50,put=50,touch=0".
  public static func mix(
    _ text: String
  ) throws(LoadMistake) -> WeightedChoice<LoadOperation> {
    let names = LoadOperation.allCases.map(\.name)
    var weighted: [(value: LoadOperation, weight: Int)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let weight = Int(sides[1]), (0...1_000_000).contains(weight) else {
        throw LoadMistake(
          "'\(part)' is not NAME=WEIGHT with a weight of 0 to 1000000, as in get=50")
      }
      guard let operation = LoadOperation.allCases.first(where: { $0.name == sides[0] }) else {
        throw LoadMistake(
          "'\(sides[0])' is not an operation; name one of \(names.joined(separator: ", "))")
      }
      if weighted.contains(where: { $0.value == operation }) {
        throw LoadMistake("'\(operation.name)' is given twice")
      }
      weighted.append((operation, weight))
    }
    guard let mix = WeightedChoice(weighted) else {
      throw LoadMistake("all weights are 0; give at least one operation a weight, as in get=1")
    }
    return mix
  }

  /// Reads sizes of 0 to 64 MiB, with weights if there are several, such as "20KiB" or
  /// "1KiB:70,20KiB:30".
  public static func sizes(_ text: String) throws(LoadMistake) -> WeightedChoice<Int> {
    var weighted: [(value: Int, weight: Int)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: ":", omittingEmptySubsequences: false)
      guard let size = sides.first.flatMap({ Quantity.size.count(in: String($0)) }),
        (0...64 << 20).contains(size)
      else { throw LoadMistake("'\(part)' is not a size of 0 to 64MiB, as in 20KiB") }
      let weight = sides.count == 1 ? 1 : Int(sides[1]) ?? -1
      guard sides.count <= 2, (0...1_000_000).contains(weight) else {
        throw LoadMistake("'\(part)' is not SIZE:WEIGHT with a weight of 0 to 1000000")
      }
      if weighted.contains(where: { $0.value == size }) {
        throw LoadMistake("the size '\(sides[0])' is given twice")
      }
      weighted.append((size, weight))
    }
    guard let sizes = WeightedChoice(weighted) else {
      throw LoadMistake("1 to \(WeightedChoice<Int>.limit) sizes with a weight above 0 are needed")
    }
    return sizes
  }
}
