import Primitives
import Testing

@Suite("Sets of bytes")
struct ByteSetTests {
  static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

  static let grammars: [(set: ByteSet, bytes: Set<UInt8>)] = [
    (.token, Set((letters + "!#$%&'*+-.^_`|~").utf8)),
    (.path, Set((letters + "-._~!$&'()*+,;=:@/").utf8)),
    (.unreserved, Set((letters + "-._~").utf8)),
    (.segment, Set((letters + "-._~!$&'()*+,;=:@").utf8)),
    (.token68, Set((letters + "-._~+/").utf8)),
    (.correlation, Set((letters + "-._~+/=:,@").utf8)),
  ]

  @Test("Each holds what its grammar says and nothing else", arguments: grammars.indices)
  func grammar(_ place: Int) {
    let (set, bytes) = Self.grammars[place]
    for byte in UInt8.min...UInt8.max {
      #expect(set.contains(byte) == bytes.contains(byte), "\(byte)")
    }
  }
}
