import Primitives
import Testing

@Suite("Entropy")
struct EntropyTests {
  @Test("Bits do not repeat, within a source and between two")
  func differs() {
    var one = Entropy()
    var other = Entropy()
    var seen: Set<UInt64> = []
    for _ in 0..<500 {
      seen.insert(one.bits())
      seen.insert(other.bits())
    }
    #expect(seen.count == 1_000)
  }

  @Test("Each of the 64 bits is sometimes set and sometimes not")
  func usesEachBit() {
    var entropy = Entropy()
    let drawn = (0..<500).map { _ in entropy.bits() }
    #expect(drawn.reduce(0, |) == .max)
    #expect(drawn.reduce(.max, &) == 0)
  }

  @Test("What was handed out is wiped")
  func wipes() {
    var entropy = Entropy()
    for _ in 0..<100 {
      let bits = entropy.bits()
      let isKept = unsafe withUnsafeBytes(of: &entropy) { memory in
        unsafe memory.bindMemory(to: UInt64.self).contains(bits)
      }
      #expect(!isKept)
    }
  }

  @Test("What is still to be handed out is in the block that the wiping is looked for in")
  func wipingCanBeSeen() {
    var entropy = Entropy()
    _ = entropy.bits()
    let block = unsafe withUnsafeBytes(of: &entropy) { memory in
      unsafe Array(memory.bindMemory(to: UInt64.self))
    }
    #expect(block.contains(entropy.bits()))
  }
}
