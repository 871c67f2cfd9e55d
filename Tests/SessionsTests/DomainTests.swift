import Primitives
import Sessions
import Testing

@Suite("The domain")
struct DomainTests {
  @Test("Exactly the documented characters may stand in an id")
  func idCharacters() {
    let documented = Set(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@".utf8)
    for byte in UInt8.min...UInt8.max {
      var id = SessionID()
      #expect(id.append(byte) == documented.contains(byte))
      #expect(id.count == (documented.contains(byte) ? 1 : 0))
    }
  }

  @Test("An id that gets into a text says nothing")
  func idIsSecret() {
    var id = SessionID()
    for byte in "s3cret".utf8 { _ = id.append(byte) }
    #expect("\(id)" == "SessionID(redacted)")
    #expect(String(describing: [id]) == "[SessionID(redacted)]")
  }

  @Test("An id has at most 256 bytes")
  func idLength() {
    var id = SessionID()
    let taken = (0..<300).count { _ in id.append(97) }
    #expect(taken == 256)
    #expect(id.count == 256)
    #expect(id.bytes.byteCount == 256)
    id.clear()
    #expect(id.bytes.byteCount == 0)
  }

  @Test("Random ids are 22 allowed characters and do not repeat")
  func randomIDs() {
    var entropy = Entropy()
    var seen: Set<[UInt8]> = []
    for _ in 0..<2_000 {
      let id = SessionID.random(&entropy)
      #expect(id.count == 22)
      let bytes = unsafe id.bytes.withUnsafeBytes { unsafe Array($0) }
      #expect(unsafe bytes.span.bytes.first(outside: .segment, from: 0, to: 22) == 22)
      seen.insert(bytes)
    }
    #expect(seen.count == 2_000)
    // All 64 letters occur at each of the 22 positions among so many.
    for position in 0..<22 { #expect(Set(seen.map { $0[position] }).count == 64) }
  }

  @Test("A header is read back as it was written")
  func headerRoundTrip() {
    var header = RecordHeader(
      contentTypeLength: 24, payloadLength: 20_480, version: SessionVersion(bits: 0x0102_0304),
      created: UnixTime(milliseconds: 1_800_000_000_123), ownIdleTimeout: 31_536_000)
    header.absoluteDeadline = UnixTime(milliseconds: 1_900_000_000_456)
    let read = Self.header(in: header.encoded)
    #expect(read == header)
    #expect(read?.contentType == ByteRange(96, 120))
    #expect(read?.payload == ByteRange(120, 20_600))
    #expect(read?.recordLength == 20_600)
  }

  @Test("The header's fields stand in network byte order at their documented places")
  func headerLayout() {
    let bytes = RecordHeader(
      contentTypeLength: 0x11, payloadLength: 0x2122_2324,
      version: SessionVersion(bits: 0x3132_3334_3536_3738),
      created: UnixTime(milliseconds: 0x4142_4344_4546_4748), ownIdleTimeout: 0x5152_5354
    ).encoded
    let expected: [UInt8] =
      [0x53, 0x47, 1, 0x11] + (0x21...0x24) + (0x31...0x38) + (0x41...0x48)
      + Array(repeating: 0, count: 8) + (0x51...0x54) + Array(repeating: 0, count: 60)
    #expect(bytes.indices.map { bytes[$0] } == expected)
  }

  @Test("What is no header is refused")
  func headerRefusals() {
    let good = RecordHeader(
      contentTypeLength: 0, payloadLength: 0, version: SessionVersion(bits: 1),
      created: UnixTime(milliseconds: 1), ownIdleTimeout: 0
    ).encoded
    #expect(Self.header(in: good) != nil)
    #expect(Self.header(in: good, first: 95) == nil)
    for place in 0..<3 {
      var bad = good
      bad[place] ^= 1
      #expect(Self.header(in: bad) == nil)
    }
    // Times that nobody could reckon with: the creation's and the absolute deadline's first byte.
    for place in [16, 24] {
      var bad = good
      bad[place] = 0x80
      #expect(Self.header(in: bad) == nil)
    }
  }

  private static func header(
    in bytes: InlineArray<96, UInt8>, first count: Int = 96
  ) -> RecordHeader? {
    unsafe RecordHeader(bytes.span.bytes.extracting(first: count))
  }

  @Test("Names of namespaces and their timeouts are checked")
  func namespaces() {
    #expect(Namespace(name: "shop-1_a.b")?.idleTimeout == 1_200)
    #expect(Namespace(name: String(repeating: "n", count: 64), idleTimeout: 31_536_000) != nil)
    for name in ["", "Shop", "a:b", "a{b", "a}b", "a b", "ä", String(repeating: "n", count: 65)] {
      #expect(Namespace(name: name) == nil, "\(name)")
    }
    for idleTimeout in [0, -1, 31_536_001] {
      #expect(Namespace(name: "shop", idleTimeout: idleTimeout) == nil)
    }
  }

  @Test(
    "Seconds that are left are rounded up",
    arguments: [
      (Int64(-5), 0), (0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2),
      (31_536_000_000, 31_536_000),
    ])
  func secondsLeft(_ milliseconds: Int64, _ seconds: Int) {
    #expect(IdleTimeout.secondsLeft(milliseconds) == seconds)
  }
}
