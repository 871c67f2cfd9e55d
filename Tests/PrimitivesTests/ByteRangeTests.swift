import Primitives
import Testing

@Suite("Byte range")
struct ByteRangeTests {
  @Test("A range counts and moves")
  func arithmetic() {
    let range = ByteRange(3, 10)
    #expect(range.count == 7)
    #expect(!range.isEmpty)
    #expect(range.indices == 3..<10)
    #expect(range.shifted(by: 5) == ByteRange(8, 15))
    #expect(range.shifted(by: -3) == ByteRange(0, 7))
    #expect(ByteRange.empty.isEmpty)
    #expect(ByteRange(4, 4).isEmpty)
    #expect(ByteRange(0, 4_294_967_295).count == 4_294_967_295)
  }
}
