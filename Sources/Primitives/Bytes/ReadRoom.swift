// Memory for one read, in one or two pieces: the rest of something that already has its place, and
// room for what may follow it. The memory belongs to the buffers that it is part of, and is valid
// until they change.

/// Where a connection's next bytes go: first `first`, then `second`.
@safe
public struct ReadRoom {
  /// The room to be filled first; never empty.
  public let first: UnsafeMutableRawBufferPointer
  /// The room to be filled after it; may be empty.
  public let second: UnsafeMutableRawBufferPointer

  /// Room in one piece.
  public init(_ only: UnsafeMutableRawBufferPointer) {
    unsafe self.init(only, UnsafeMutableRawBufferPointer(start: nil, count: 0))
  }

  /// Room in two pieces.
  public init(_ first: UnsafeMutableRawBufferPointer, _ second: UnsafeMutableRawBufferPointer) {
    precondition(first.count > 0, "reading into nothing looks like the peer's end")
    unsafe self.first = first
    unsafe self.second = second
  }

  /// How many bytes can be read.
  public var count: Int { unsafe first.count + second.count }

  /// Fills the room with as many of `bytes` as fit, and returns how many.
  public func fill(_ bytes: RawSpan) -> Int {
    let head = unsafe min(bytes.byteCount, first.count)
    let tail = unsafe min(bytes.byteCount - head, second.count)
    unsafe bytes.withUnsafeBytes { source in
      unsafe first.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<head]))
      unsafe second.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[head..<head + tail]))
    }
    return head + tail
  }
}
