import Primitives
import Redis
import Testing

@Suite("Hash slots")
struct HashSlotTests {
  private func slot(_ key: String) -> UInt16 { unsafe HashSlot.of(key: key.utf8Span.span.bytes) }

  @Test("the specification's check value")
  func check() {
    var hasher = HashSlot.Hasher()
    unsafe hasher.update("123456789".utf8Span.span.bytes)
    #expect(hasher.remainder == 0x31C3)
    #expect(hasher.slot == 12739)
    #expect(slot("123456789") == 12739)
  }

  // What `CLUSTER KEYSLOT` of Redis 7.0.15 says.
  @Test(
    "as CLUSTER KEYSLOT says",
    arguments: [
      ("", 0),
      ("a", 15495),
      ("foo", 12182),
      ("bar", 5061),
      ("{", 4092),
      ("}", 12090),
      ("{}", 15257),
      ("{}a", 10875),
      ("{a}", 15495),
      ("{a", 10276),
      ("a}", 5921),
      ("{{a}}", 10276),
      ("x{}{a}", 15756),
      ("x}{a}y", 15495),
      ("sg:{shop:x~1}", 10140),
      ("sg:{shop:}}", 1887),
      ("café", 5735),
      ("{user1000}.following", 3443),
      (String(repeating: "0", count: 300), 15136),
    ] as [(String, UInt16)])
  func keyslot(_ key: String, _ expected: UInt16) { #expect(slot(key) == expected) }

  @Test("hash tags: what the specification's examples say")
  func tags() {
    #expect(slot("{user1000}.following") == slot("{user1000}.followers"))
    #expect(slot("{user1000}.following") == slot("user1000"))
    #expect(slot("foo{{bar}}zap") == slot("{bar"))
    #expect(slot("foo{bar}{zap}") == slot("bar"))
    #expect(slot("foo{}{bar}") != slot("bar"))
    #expect(slot("foo}{bar}") == slot("bar"))
  }

  @Test("piece by piece as in one, with every byte value")
  func pieces() {
    let tag = (0...255).map { UInt8($0) }.filter { $0 != UInt8(ascii: "}") }
    let key = Array("sg:{".utf8) + tag + Array("}".utf8)
    for cut in 0...tag.count {
      var hasher = HashSlot.Hasher()
      let front = tag[..<cut]
      unsafe hasher.update(front.span.bytes)
      for byte in tag[cut...] { hasher.update(byte) }
      let slot = unsafe HashSlot.of(key: key.span.bytes)
      #expect(hasher.slot == slot)
    }
  }

  @Test("the shifts compute what long division by 0x1021 computes")
  func division() {
    for byte in UInt8.min...UInt8.max {
      var hasher = HashSlot.Hasher()
      hasher.update(byte)
      hasher.update(0xA5)
      var remainder: UInt16 = 0
      for next in [byte, 0xA5] {
        remainder ^= UInt16(next) << 8
        for _ in 0..<8 {
          remainder = remainder & 0x8000 == 0 ? remainder << 1 : (remainder << 1) ^ 0x1021
        }
      }
      #expect(hasher.remainder == remainder)
    }
  }
}
