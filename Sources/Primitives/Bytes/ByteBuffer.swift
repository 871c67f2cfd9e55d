// Bytes with one owner: bytes from a socket are committed at the end, bytes that were dealt with
// are consumed at the front. The caller that reserves room (`reserve`) bounds it; it never bounds
// itself.
//
//   0 ......... start ............. end ......... capacity
//   headroom    readable bytes      room to write
//
// The headroom lets a response leave in one write without moving its payload: a store puts the
// payload after the headroom, and the head of the response is prepended when it is known.
//
// The methods that append short pieces are inlinable across modules: the data path writes dozens of
// texts per request, and copying a literal is a move or two where its length is known.
//
// Rejected: [UInt8] (a reference count and a uniqueness check for each access), a ring (a parser
// and SSL_write need contiguous bytes), a chain of chunks (a payload is nearly always one piece).

import Glibc

/// A growable run of bytes with one owner: room in front, readable bytes in the middle, room to
/// write at the end.
@frozen
@safe
public struct ByteBuffer: ~Copyable {
  // `nowhere` while the buffer owns no memory: an empty span needs an address too.
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var lower: Int
  @usableFromInline var upper: Int
  // How much of the room in front is headroom; the rest was consumed.
  @usableFromInline var headroom: Int
  @usableFromInline var size: Int

  /// A buffer that owns no memory yet.
  @inlinable
  public init() {
    unsafe base = Self.nowhere
    lower = 0
    upper = 0
    headroom = 0
    size = 0
  }

  /// A buffer that owns `capacity` bytes of memory; nothing is allocated for 0.
  public init(capacity: Int) {
    precondition(capacity >= 0, "a buffer's capacity is not negative")
    unsafe base = capacity == 0 ? Self.nowhere : Self.storage(malloc(capacity))
    lower = 0
    upper = 0
    headroom = 0
    size = capacity
  }

  deinit { if size > 0 { unsafe free(base) } }

  @usableFromInline static var nowhere: UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(bitPattern: 16)!
  }

  private static func storage(_ memory: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
    guard let memory = unsafe memory else { preconditionFailure("the machine is out of memory") }
    return unsafe memory
  }

  /// The offset of the first readable byte: how long the headroom is.
  @inlinable
  public var start: Int { lower }

  /// How many bytes the storage has, headroom and room to write included.
  @inlinable
  public var capacity: Int { size }

  /// How many bytes are readable.
  @inlinable
  public var count: Int { upper - lower }

  /// Whether nothing is readable.
  @inlinable
  public var isEmpty: Bool { lower == upper }

  /// How many bytes can be committed without `reserve`.
  @inlinable
  public var room: Int { capacity - upper }

  /// The readable bytes.
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(
        _unsafeStart: readable, byteCount: upper - lower)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The address of the first readable byte. Valid until the buffer changes.
  @inlinable
  public var readable: UnsafeRawPointer {
    unsafe UnsafeRawPointer(mutableReadable)
  }

  /// The address of the first readable byte, for changes in place. Valid until the buffer changes.
  @inlinable
  public var mutableReadable: UnsafeMutableRawPointer { unsafe base + lower }

  /// The room after the readable bytes, for a socket to read into; `commit` then makes readable
  /// what was filled. Valid until the buffer changes.
  @inlinable
  public var writable: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base + upper, count: capacity - upper)
  }

  /// Makes `count` bytes of the room readable.
  @inlinable
  public mutating func commit(_ count: Int) {
    precondition(count >= 0 && count <= room, "only what there was room for can be committed")
    upper += count
  }

  /// Forgets `count` bytes at the front. A buffer that becomes empty starts over, without headroom.
  @inlinable
  public mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "only what is readable can be consumed")
    lower += count
    if lower == upper { clear() }
  }

  /// Forgets `count` bytes at the front and keeps their place as headroom, even if none are left.
  public mutating func convertToHeadroom(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "only what is readable can become headroom")
    lower += count
    headroom = lower
  }

  /// Forgets all but the first `count` bytes.
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "a buffer is not truncated to more than it has")
    upper = lower + count
  }

  /// Forgets all bytes and leaves `headroom` bytes free in front; allocates them if needed.
  @inlinable
  public mutating func clear(headroom: Int = 0) {
    if headroom > capacity { grow(to: headroom) }
    lower = headroom
    upper = headroom
    self.headroom = headroom
  }

  /// Makes room for `count` more bytes: moves the readable bytes to the front, after the headroom,
  /// if that is enough and at least half of the storage was consumed; else at least doubles the
  /// storage. Never takes from the headroom.
  @inlinable
  public mutating func reserve(_ count: Int) {
    if room < count { makeRoom(count) }
  }

  @usableFromInline
  mutating func makeRoom(_ count: Int) {
    let needed = self.count + count
    // Moving pays off only if at least half of the storage was consumed; otherwise a long queue
    // would be moved again and again.
    let consumed = lower - headroom
    if headroom + needed <= capacity, consumed >= capacity / 2 {
      unsafe memmove(base + headroom, base + lower, self.count)
      upper -= consumed
      lower = headroom
    } else {
      grow(to: max(lower + needed, capacity * 2, 256))
    }
  }

  @usableFromInline
  mutating func grow(to capacity: Int) {
    unsafe base = Self.storage(realloc(size == 0 ? nil : base, capacity))
    size = capacity
  }

  /// Appends a copy of `bytes`.
  @inlinable
  public mutating func append(_ bytes: RawSpan) {
    let count = bytes.byteCount
    if count == 0 { return }
    reserve(count)
    let room = unsafe writable.baseAddress!
    unsafe bytes.withUnsafeBytes {
      unsafe room.copyMemory(from: $0.baseAddress!, byteCount: count)
    }
    upper += count
  }

  /// Appends a copy of another buffer's readable bytes.
  public mutating func append(_ other: borrowing ByteBuffer) { append(other.bytes) }

  /// Appends the `count` bytes at `address`.
  @inlinable
  public mutating func append(_ address: UnsafeRawPointer, _ count: Int) {
    if count == 0 { return }
    reserve(count)
    unsafe writable.baseAddress!.copyMemory(from: address, byteCount: count)
    upper += count
  }

  /// Appends the bytes that `write` stores at the address passed to it; `write` returns how many.
  ///
  /// - Parameter most: the most bytes that `write` may store.
  @unsafe
  @inlinable
  @inline(__always)
  public mutating func append(atMost most: Int, _ write: (UnsafeMutableRawPointer) -> Int) {
    reserve(most)
    let count = unsafe write(base + upper)
    precondition(count <= most, "no more is written than there is room for")
    upper &+= count
  }

  /// Appends a copy of some of the buffer's own readable bytes.
  @inlinable
  public mutating func append(copyOf range: Range<Int>) {
    precondition(range.upperBound <= count, "what is copied is there")
    reserve(range.count)
    unsafe (base + upper).copyMemory(
      from: base + lower + range.lowerBound, byteCount: range.count)
    upper &+= range.count
  }

  /// Appends a literal.
  @inlinable
  public mutating func append(_ text: StaticString) {
    unsafe append(UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount)
  }

  /// Appends a text's UTF-8. For rare texts: the data path has no strings. The label keeps literals
  /// from becoming strings.
  public mutating func append(text: String) {
    if text.isEmpty { return }
    var text = text
    text.withUTF8 { unsafe append(UnsafeRawPointer($0.baseAddress!), $0.count) }
  }

  /// Appends one byte.
  @inlinable
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe writable.storeBytes(of: byte, as: UInt8.self)
    upper += 1
  }

  /// Appends a number in decimal digits.
  public mutating func append(decimal number: Int) {
    reserve(20)
    if number < 0 { append(UInt8(ascii: "-")) }
    let magnitude = number.magnitude
    if magnitude < 100_000_000 {
      let digits = Self.decimal(magnitude)
      // Leading zeros are left out, except for the only digit of 0.
      append(digits, from: min(digits.trailingZeroBitCount >> 3, 7))
    } else {
      append(decimal: Int(magnitude / 100_000_000))
      append(Self.decimal(magnitude % 100_000_000), from: 0)
    }
  }

  /// Appends eight digits without the first `zeros` of them. There must be room for eight.
  @inline(__always)
  private mutating func append(_ digits: UInt64, from zeros: Int) {
    let text = (digits | 0x3030_3030_3030_3030) >> UInt64(truncatingIfNeeded: 8 &* zeros)
    unsafe writable.storeBytes(of: text.littleEndian, as: UInt64.self)
    upper &+= 8 &- zeros
  }

  /// The eight digits of a number below 10^8, the first in the lowest byte. The number is split in
  /// two, then both halves at once, side by side, and then all four quarters; multiplying and
  /// shifting divides by 100 and by 10.
  private static func decimal(_ number: UInt) -> UInt64 {
    var digits = UInt64(number / 10_000 | (number % 10_000) << 32)
    let hundreds = (digits &* 10_486) >> 20 & 0x0000_007F_0000_007F
    digits = hundreds | (digits &- hundreds &* 100) << 16
    let tens = (digits &* 103) >> 10 & 0x000F_000F_000F_000F
    return tens | (digits &- tens &* 10) << 8
  }

  /// Appends a number as 16 lower-case hexadecimal digits.
  public mutating func append(hexadecimal number: UInt64) {
    reserve(16)
    let high = Self.hexadecimal(UInt32(truncatingIfNeeded: number >> 32))
    let low = Self.hexadecimal(UInt32(truncatingIfNeeded: number))
    unsafe writable.storeBytes(of: high.bigEndian, as: UInt64.self)
    unsafe writable.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    upper += 16
  }

  /// The eight digits of `number`, the first in the top byte: each nibble is spread to a byte of
  /// its own, and those above 9 are moved up to the letters.
  private static func hexadecimal(_ number: UInt32) -> UInt64 {
    var nibbles = UInt64(number)
    nibbles = (nibbles << 16 | nibbles) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles << 8 | nibbles) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles << 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39
  }

  /// Puts `bytes` in front of the readable ones. They must fit in the room there.
  public mutating func prepend(_ bytes: RawSpan) {
    let count = bytes.byteCount
    precondition(count <= lower, "what is prepended must fit the headroom")
    if count == 0 { return }
    lower -= count
    headroom = min(headroom, lower)
    let front = unsafe mutableReadable
    unsafe bytes.withUnsafeBytes {
      unsafe front.copyMemory(from: $0.baseAddress!, byteCount: count)
    }
  }

  /// How many decimal digits `number` has.
  public static func digits(of number: UInt) -> Int {
    var digits = 1
    var rest = number
    while rest >= 10_000 {
      rest /= 10_000
      digits += 4
    }
    return rest < 10 ? digits : rest < 100 ? digits + 1 : rest < 1_000 ? digits + 2 : digits + 3
  }
}
