// Integers as they stand in bytes: in network byte order, or as hexadecimal digits.

extension RawSpan {
  /// The integer in network byte order at `offset`; nil if it does not fit into the bytes.
  @inlinable
  public func networkOrder<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type
  ) -> Value? {
    guard offset >= 0, offset <= byteCount - MemoryLayout<Value>.size else { return nil }
    return unsafe Value(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  /// The number that the 16 lower-case hexadecimal digits at `offset` spell; nil when the bytes
  /// there are anything else.
  @inlinable
  public func hexadecimal(at offset: Int) -> UInt64? {
    guard offset >= 0, offset <= byteCount - 16 else { return nil }
    var number: UInt64 = 0
    for place in offset..<offset + 16 {
      let byte = unsafe unsafeLoad(fromByteOffset: place, as: UInt8.self)
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - 87)
      default: return nil
      }
    }
    return number
  }
}

extension ByteBuffer {
  /// Appends the eight bytes of `number` in network byte order.
  @inlinable
  public mutating func append(networkOrder number: UInt64) {
    var bytes = number.bigEndian
    unsafe withUnsafeBytes(of: &bytes) { unsafe append($0.baseAddress!, 8) }
  }
}
