// Words and tables against the plain definition: a byte after the other.

import Chance
import Primitives
import Testing

@Suite("Looking through bytes")
struct ScanningTests {
  /// Up to 40 bytes, of which most are `a` and some are others, and a run within them.
  static func sample(_ random: inout SeededRandom) -> (bytes: [UInt8], run: Range<Int>) {
    let count = Int.random(in: 0...40, using: &random)
    let bytes = (0..<count).map { _ in
      Int.random(in: 0..<12, using: &random) > 0
        ? UInt8(ascii: "a") : UInt8.random(in: .min ... .max, using: &random)
    }
    let lower = Int.random(in: 0...count, using: &random)
    return (bytes, lower..<Int.random(in: lower...count, using: &random))
  }

  @Test("The first of a byte", arguments: 0..<UInt64(4))
  func firstByte(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let (bytes, run) = Self.sample(&random)
      let byte = bytes.randomElement(using: &random) ?? 0
      let expected = run.first { bytes[$0] == byte } ?? run.upperBound
      let found = unsafe bytes.span.bytes.first(byte, from: run.lowerBound, to: run.upperBound)
      #expect(found == expected, "\(byte) in \(run) of \(bytes)")
    }
  }

  @Test("The first outside of a set", arguments: 0..<UInt64(4))
  func firstOutside(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      let (bytes, run) = Self.sample(&random)
      let (set, members) = ByteSetTests.grammars.randomElement(using: &random)!
      let expected = run.first { !members.contains(bytes[$0]) } ?? run.upperBound
      let found = unsafe bytes.span.bytes.first(
        outside: set, from: run.lowerBound, to: run.upperBound)
      #expect(found == expected, "\(run) of \(bytes)")
    }
  }

  @Test("Marks tell the first of eight bytes", arguments: 0..<UInt64(4))
  func marks(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func first(_ marks: UInt64) -> Int? { marks == 0 ? nil : EightBytes.first(of: marks) }
    for _ in 0..<5_000 {
      let bytes = (0..<8).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      let eight = EightBytes(bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
      let byte = bytes.randomElement(using: &random)!
      let bound = UInt8.random(in: 0...128, using: &random)
      #expect(first(eight.marks(of: byte)) == bytes.firstIndex(of: byte))
      #expect(first(eight.marks(below: bound)) == bytes.firstIndex { $0 < bound })
      #expect(first(eight.marksOutsideASCII) == bytes.firstIndex { $0 >= 128 })
    }
  }
}
