import Primitives
import Testing

@Suite("Buffer pool")
struct BufferPoolTests {
  @Test("The buffer that was returned last is taken first, and it is empty")
  func lastInFirstOut() {
    var pool = BufferPool(capacity: 64, largest: 256, limit: 4)
    var small = pool.take()
    #expect(small.capacity == 64)
    small.clear(headroom: 3)
    small.append("secret")
    let large = ByteBuffer(capacity: 128)
    pool.give(small)
    pool.give(large)
    #expect(pool.count == 2)
    #expect(pool.take().capacity == 128)
    let again = pool.take()
    #expect(again.capacity == 64)
    #expect(again.start == 0)
    #expect(again.count == 0)
    #expect(pool.count == 0)
  }

  @Test("It keeps no more than its limit")
  func limit() {
    var pool = BufferPool(capacity: 64, largest: 256, limit: 2)
    for _ in 0..<5 { pool.give(ByteBuffer(capacity: 64)) }
    #expect(pool.count == 2)
  }

  @Test("It keeps no buffer that grew too large, and none without storage")
  func sizes() {
    var pool = BufferPool(capacity: 64, largest: 256, limit: 9)
    pool.give(ByteBuffer(capacity: 257))
    pool.give(ByteBuffer())
    #expect(pool.count == 0)
    pool.give(ByteBuffer(capacity: 256))
    #expect(pool.count == 1)
  }
}
