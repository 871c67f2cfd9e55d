// Whether two digests are the same is decided without branches: every bit must count.

import Testing

@testable import API

@Suite struct TokenDigestTests {
  private func digest(_ byte: (Int) -> UInt8) -> TokenDigest {
    TokenDigest(InlineArray { byte($0) })
  }

  @Test func theSameIsAllOnes() {
    for fill: UInt8 in [0, 0x5A, 0xFF] {
      #expect(digest { _ in fill }.mask(digest { _ in fill }) == .max)
    }
  }

  @Test(arguments: [UInt8(0), 0x5A, 0xFF]) func eachBitCounts(_ fill: UInt8) {
    let kept = digest { _ in fill }
    for bit in 0..<256 {
      let other = digest { $0 == bit / 8 ? fill ^ (1 << UInt8(bit % 8)) : fill }
      #expect(kept.mask(other) == 0 && other.mask(kept) == 0, "bit \(bit)")
    }
  }

  /// Words must not hide what is different in others: the first of one is free where the others of the
  /// same are full of ones.
  @Test func oneWordHidesNoOther() {
    for words in 0..<16 {
      let kept = digest { words >> ($0 / 8) & 1 == 1 ? 0xFF : 0 }
      for others in 0..<16 where others != words {
        let other = digest { others >> ($0 / 8) & 1 == 1 ? 0xFF : 0 }
        #expect(kept.mask(other) == 0, "\(words) and \(others)")
      }
    }
  }
}
