import Glibc

/// Random bits from the system's generator (`getentropy`, at most 256 bytes per call), fetched a
/// block at a time, so that few requests cost a system call. One per worker. Bits are handed out
/// once and wiped.
public struct Entropy: ~Copyable {
  private static let words = 32
  private var block: InlineArray<32, UInt64>
  private var next: Int

  /// A source that fetches its first block when it is first used.
  public init() {
    block = InlineArray(repeating: 0)
    next = Self.words
  }

  /// 64 random bits.
  public mutating func bits() -> UInt64 {
    if next == Self.words { refill() }
    let bits = block[next]
    block[next] = 0
    next += 1
    return bits
  }

  private mutating func refill() {
    var fresh = block.mutableSpan
    let failed = unsafe fresh.withUnsafeMutableBytes { bytes in
      unsafe getentropy(bytes.baseAddress!, bytes.count)
    }
    precondition(failed == 0, "the system has no random bits")
    next = 0
  }
}
