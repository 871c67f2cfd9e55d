/// Spare buffers, the last one returned on top, so that a worker writes into memory that its cache
/// still holds. One per worker; no lock.
///
/// Bounded twice: at most `limit` buffers are kept, and none that has grown beyond `largest` bytes,
/// so that a burst of large payloads does not stay resident.
public struct BufferPool: ~Copyable {
  /// The capacity of a buffer that the pool makes, in bytes.
  public let capacity: Int
  /// The largest buffer that the pool keeps, in bytes; a larger one is freed when it is returned.
  public let largest: Int
  private var free: Ring<ByteBuffer>

  /// An empty pool that keeps up to `limit` buffers.
  public init(capacity: Int, largest: Int, limit: Int) {
    self.capacity = capacity
    self.largest = largest
    free = Ring(limit: limit)
  }

  /// How many spare buffers are kept.
  public var count: Int { free.count }

  /// An empty buffer: a spare one, or a new one of `capacity` bytes.
  public mutating func take() -> ByteBuffer {
    free.popLast() ?? ByteBuffer(capacity: capacity)
  }

  /// Takes back a buffer that is no longer used. Its bytes are forgotten.
  public mutating func give(_ buffer: consuming ByteBuffer) {
    guard buffer.capacity > 0, buffer.capacity <= largest else { return }
    buffer.clear()
    _ = free.append(buffer)
  }
}
