import Primitives
import Testing

@Suite("Byte range")
struct ByteRangeTests {
  @Test("A range counts")
  func arithmetic() {
    let range = ByteRange(3, 10)
    #expect(range.count == 7)
    #expect(!range.isEmpty)
    #expect(range.indices == 3..<10)
    #expect(ByteRange.empty.isEmpty)
    #expect(ByteRange(4, 4).isEmpty)
    #expect(ByteRange(0, 4_294_967_295).count == 4_294_967_295)
  }
}
