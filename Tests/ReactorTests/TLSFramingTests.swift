import Testing

@testable import Reactor

@Suite struct TLSFramingTests {
  private let stream: [UInt8] =
    [0x16, 3, 1, 0, 2, 9, 9] + [0x17, 3, 3, 0, 0] + [0x17, 3, 3, 1, 1]
    + [UInt8](repeating: 7, count: 257)
  private let ends: Set<Int> = [0, 7, 12, 274]

  private func isWhole(after pieces: [ArraySlice<UInt8>]) -> Bool {
    var framing = TLSFraming()
    for piece in pieces { unsafe piece.withUnsafeBytes { unsafe framing.take($0) } }
    return framing.isWhole
  }

  @Test func onlyTheEndOfARecordIsWhole() {
    for end in 0...stream.count {
      #expect(isWhole(after: [stream[..<end]]) == ends.contains(end))
      #expect(isWhole(after: stream[..<end].map { [$0][...] }) == ends.contains(end))
    }
  }

  private func announces(_ stream: [UInt8], _ version: Int32, splitAt middle: Int) -> Bool {
    var framing = TLSFraming()
    for piece in [stream[..<middle], stream[middle...]] {
      unsafe piece.withUnsafeBytes { unsafe framing.take($0) }
    }
    return framing.announces(moreThan: 16_384, version)
  }

  @Test(
    arguments: [
      ([22, 3, 1, 0, 4, 1, 2, 0, 0], true, true),
      ([22, 3, 1, 0, 1, 1] + [22, 3, 1, 0, 3, 0, 64, 1], true, true),
      ([22, 3, 1, 0, 4, 1, 0, 64, 0], false, false),
      // No hello: a certificate.
      ([22, 3, 1, 0, 4, 11, 2, 0, 0], false, false),
      ([22, 3, 1, 0, 6, 1, 0, 0, 2, 7, 7] + [22, 3, 3, 0, 4, 1, 2, 0, 0], true, true),
      // Encrypted in TLS 1.2; a second hello in TLS 1.3.
      (
        [22, 3, 1, 0, 6, 1, 0, 0, 2, 7, 7] + [20, 3, 3, 0, 1, 1] + [22, 3, 3, 0, 4, 1, 2, 0, 0],
        false, true
      ),
    ] as [([UInt8], Bool, Bool)])
  func whatAHelloAnnounces(_ stream: [UInt8], _ in12: Bool, _ in13: Bool) {
    for middle in 0...stream.count {
      #expect(announces(stream, 0x303, splitAt: middle) == in12)
      #expect(announces(stream, 0x304, splitAt: middle) == in13)
    }
  }

  @Test func anySplitIsTheSame() {
    for middle in 0...stream.count {
      #expect(isWhole(after: [stream[..<middle], stream[middle...]]))
    }
  }
}
