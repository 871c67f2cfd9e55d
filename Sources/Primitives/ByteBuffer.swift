// Bytes that one owner holds: what comes from a socket is committed at the end, what is done with
// is consumed at the front. Bounded by whoever reserves room (`reserve`), never by itself.
//
//   0 ......... start ............. end ......... capacity
//   headroom    readable bytes      room to write
//
// The headroom is what makes an answer leave in one write without moving its payload: a store puts
// the payload behind a headroom, and the head of the response is prepended when it is known.
//
// What appends short pieces is open to inlining across modules: the data path writes dozens of texts
// a request, and a literal's copy is a move or two where its length is known.
//
// Rejected: [UInt8] (a reference count and a uniqueness check for each touch), a ring (a parser and
// SSL_write want contiguous bytes), a chain of chunks (a payload is one piece, nearly always).

import Glibc

/// A growable run of bytes with one owner, readable in the middle, writable behind, with room in
/// front.
@frozen
@safe
public struct ByteBuffer: ~Copyable {
  // Nowhere while nothing is owned: an empty span needs an address too.
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var lower: Int
  @usableFromInline var upper: Int
  // How much of the room in front was asked for; the rest is what was consumed.
  @usableFromInline var headroom: Int
  @usableFromInline var size: Int

  /// A buffer that owns no bytes yet.
  @inlinable
  public init() {
    unsafe base = Self.nowhere
    lower = 0
    upper = 0
    headroom = 0
    size = 0
  }

  /// A buffer that owns `capacity` bytes; none are allocated for 0.
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

  /// The offset of the first readable byte.
  @inlinable
  public var start: Int { lower }

  /// The offset after the last readable byte.
  @inlinable
  public var end: Int { upper }

  /// How many bytes the storage holds, headroom and room to write included.
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

  /// Where the first readable byte is. Valid until the buffer is changed.
  @inlinable
  public var readable: UnsafeRawPointer {
    unsafe UnsafeRawPointer(mutableReadable)
  }

  /// Where the first readable byte is, to be changed in place. Valid until the buffer is changed.
  @inlinable
  public var mutableReadable: UnsafeMutableRawPointer { unsafe base + lower }

  /// The room behind the readable bytes, for a socket to read into; what was filled is then given
  /// to `commit`. Valid until the buffer is changed.
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

  /// Forgets `count` bytes at the front. An empty buffer starts over at its first byte.
  @inlinable
  public mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "only what is readable can be consumed")
    lower += count
    if lower == upper { clear() }
  }

  /// Forgets `count` bytes at the front and keeps their place as headroom, also when none is left.
  public mutating func convertToHeadroom(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "only what is readable can become headroom")
    lower += count
    headroom = lower
  }

  /// Forgets the bytes behind the first `count`.
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "a buffer is not truncated to more than it has")
    upper = lower + count
  }

  /// Forgets all bytes and leaves `headroom` bytes free in front (see `reserve` for their storage).
  @inlinable
  public mutating func clear(headroom: Int = 0) {
    if headroom > capacity { grow(to: headroom) }
    lower = headroom
    upper = headroom
    self.headroom = headroom
  }

  /// Makes room for `count` more bytes: moves the readable bytes to the front, behind the headroom,
  /// where that is enough, else at least doubles the storage. Never takes from the headroom.
  @inlinable
  public mutating func reserve(_ count: Int) {
    if room < count { makeRoom(count) }
  }

  @usableFromInline
  mutating func makeRoom(_ count: Int) {
    let needed = self.count + count
    // Moving pays off only when at least half of the storage is free in front; otherwise a long
    // queue would be moved again and again.
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

  /// Appends what `write` puts at the address that it is given; it says how many bytes.
  ///
  /// - Parameter most: how many they are at most: so much may be written to.
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

  /// Appends a text that is part of the program.
  @inlinable
  public mutating func append(_ text: StaticString) {
    unsafe append(UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount)
  }

  /// Appends a text's UTF-8. For rare texts: the data path has no strings, and a literal would
  /// become one if this were called like the other.
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
      // Zeros in front are left out, but for the last digit of a number that has no others.
      append(digits, from: min(digits.trailingZeroBitCount >> 3, 7))
    } else {
      append(decimal: Int(magnitude / 100_000_000))
      append(Self.decimal(magnitude % 100_000_000), from: 0)
    }
  }

  /// Appends eight digits without the first `zeros` of them. There is room for eight.
  @inline(__always)
  private mutating func append(_ digits: UInt64, from zeros: Int) {
    let text = (digits | 0x3030_3030_3030_3030) >> UInt64(truncatingIfNeeded: 8 &* zeros)
    unsafe writable.storeBytes(of: text.littleEndian, as: UInt64.self)
    upper &+= 8 &- zeros
  }

  /// The eight digits of a number below 10^8, the first in the lowest byte. The number is cut in two,
  /// the halves side by side are, and again; to multiply and shift is to divide by 100 and by 10.
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

  /// The eight digits of `number`, the first in the top byte: each nibble goes into a byte of its own,
  /// and those above 9 get the distance to the letters on top.
  private static func hexadecimal(_ number: UInt32) -> UInt64 {
    var nibbles = UInt64(number)
    nibbles = (nibbles << 16 | nibbles) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles << 8 | nibbles) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles << 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39
  }

  /// Puts `bytes` in front of the readable ones. They must fit the headroom.
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
