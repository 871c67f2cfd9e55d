/// Buffers that are out of use, the last one returned on top, so that a worker writes into memory
/// that its cache still holds. One a worker; no lock.
///
/// Bounded twice: at most `limit` buffers are kept, and none that grew beyond `largest` bytes, so
/// that one burst of large payloads does not stay resident.
public struct BufferPool: ~Copyable {
  /// The capacity of a buffer the pool makes, in bytes.
  public let capacity: Int
  /// A returned buffer of more bytes is freed.
  public let largest: Int
  private var free: Ring<ByteBuffer>

  /// An empty pool that keeps up to `limit` buffers.
  public init(capacity: Int, largest: Int, limit: Int) {
    self.capacity = capacity
    self.largest = largest
    free = Ring(limit: limit)
  }

  /// How many buffers are out of use and kept.
  public var count: Int { free.count }

  /// An empty buffer: a kept one, or a new one of `capacity` bytes.
  public mutating func take() -> ByteBuffer {
    free.popLast() ?? ByteBuffer(capacity: capacity)
  }

  /// Takes back a buffer that is out of use. Its bytes are forgotten.
  public mutating func give(_ buffer: consuming ByteBuffer) {
    guard buffer.capacity > 0, buffer.capacity <= largest else { return }
    buffer.clear()
    _ = free.append(buffer)
  }
}
