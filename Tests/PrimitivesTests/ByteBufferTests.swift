import Chance
import Primitives
import Testing

@Suite("Byte buffer")
struct ByteBufferTests {
  @Test("A new buffer is empty and has the room it was made with", arguments: [0, 1, 4_096])
  func startsEmpty(_ capacity: Int) {
    let buffer = ByteBuffer(capacity: capacity)
    let isEmpty = buffer.isEmpty
    #expect(isEmpty)
    #expect(buffer.count == 0)
    #expect(buffer.room == capacity)
    #expect(buffer.capacity == capacity)
    #expect(buffer.bytes.byteCount == 0)
    #expect(unsafe buffer.writable.count == capacity)
  }

  @Test("It does what an array does", arguments: (UInt64(1)...12).map { $0 })
  func agreesWithArray(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var buffer = ByteBuffer(capacity: Int.random(in: 0...64, using: &random))
    var model = Model()
    for _ in 0..<2_000 {
      model.act(on: &buffer, &random)
      #expect(Self.contents(of: buffer) == model.bytes)
      #expect(buffer.count == model.bytes.count)
      #expect(buffer.start >= model.headroom)
      #expect(buffer.room == buffer.capacity - buffer.start - buffer.count && buffer.room >= 0)
    }
  }

  @Test("A buffer keeps its headroom however it is filled", arguments: [0, 100, 900, 1_024, 2_000])
  func keepsHeadroom(_ capacity: Int) {
    for size in [0, 1, 200, 500, 5_000, 100_000] {
      var buffer = ByteBuffer(capacity: capacity)
      buffer.clear(headroom: 768)
      unsafe buffer.append(Self.bytes(size).span.bytes)
      #expect(buffer.start == 768)
      unsafe buffer.prepend(Self.bytes(768).span.bytes)
      #expect(buffer.start == 0)
      #expect(Self.contents(of: buffer) == Self.bytes(768) + Self.bytes(size))
    }
  }

  @Test("What is converted to headroom stays free in front, also when nothing is left")
  func convertsToHeadroom() {
    var buffer = ByteBuffer(capacity: 64)
    buffer.append("header:payload")
    buffer.convertToHeadroom(7)
    #expect(Self.text(of: buffer) == "payload")
    unsafe buffer.append(Self.bytes(1_000).span.bytes)
    #expect(buffer.start == 7)
    buffer.convertToHeadroom(buffer.count)
    #expect(buffer.count == 0)
    #expect(buffer.start == 1_014)
    buffer.append("end")
    buffer.reserve(100_000)
    #expect(buffer.start == 1_014)
    unsafe buffer.prepend(Self.bytes(1_014).span.bytes)
    #expect(buffer.count == 1_017)
  }

  @Test("What was consumed is used again where that is enough, and growth doubles where it is not")
  func reclaimsConsumed() {
    var buffer = ByteBuffer(capacity: 1_000)
    unsafe buffer.append(Self.bytes(1_000).span.bytes)
    buffer.consume(499)
    buffer.append("x")
    #expect(buffer.capacity == 2_000)
    #expect(buffer.start == 499)
    buffer.reserve(1_499)
    #expect(buffer.capacity > 2_000)

    var mostlyConsumed = ByteBuffer(capacity: 1_000)
    unsafe mostlyConsumed.append(Self.bytes(1_000).span.bytes)
    mostlyConsumed.consume(500)
    unsafe mostlyConsumed.append(Self.bytes(500).span.bytes)
    #expect(mostlyConsumed.capacity == 1_000)
    #expect(mostlyConsumed.start == 0)
    #expect(
      Self.contents(of: mostlyConsumed) == Array(Self.bytes(1_000)[500...]) + Self.bytes(500))
  }

  @Test("A buffer that was consumed starts over")
  func startsOver() {
    var buffer = ByteBuffer(capacity: 10)
    buffer.append("0123456789")
    buffer.consume(10)
    #expect(buffer.room == 10)
  }

  @Test("What a socket writes into the room is readable once it is committed")
  func commits() {
    var buffer = ByteBuffer(capacity: 4)
    unsafe buffer.writable[0] = 65
    unsafe buffer.writable[1] = 66
    buffer.commit(2)
    #expect(Self.text(of: buffer) == "AB")
    unsafe buffer.mutableReadable.storeBytes(of: 67, as: UInt8.self)
    #expect(Self.text(of: buffer) == "CB")
    buffer.truncate(to: 1)
    #expect(Self.text(of: buffer) == "C")
    #expect(buffer.room == 3)
  }

  @Test(
    "Decimal numbers",
    arguments: [
      0, 1, -1, 9, 10, 11, 99, 100, 12_345, -12_345, .max, .min, 1_000_000_000_000_000_000,
    ])
  func decimal(_ number: Int) {
    var buffer = ByteBuffer()
    buffer.append(decimal: number)
    #expect(Self.text(of: buffer) == String(number))
    #expect(ByteBuffer.digits(of: number.magnitude) == String(number.magnitude).count)
  }

  @Test("Decimal digits of numbers of every length", arguments: 0..<UInt64(4))
  func decimals(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var buffer = ByteBuffer()
    for _ in 0..<5_000 {
      let number = Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0..<64, using: &random)
      buffer.clear()
      buffer.append(decimal: number)
      #expect(Self.text(of: buffer) == String(number))
      #expect(ByteBuffer.digits(of: number.magnitude) == String(number.magnitude).count)
    }
  }

  @Test("Every count of decimal digits")
  func digits() {
    var bound: UInt = 1
    for digits in 1...19 {
      #expect(ByteBuffer.digits(of: bound) == digits)
      #expect(ByteBuffer.digits(of: bound * 9 + (bound - 1)) == digits)
      bound *= 10
    }
    #expect(ByteBuffer.digits(of: bound) == 20)
    #expect(ByteBuffer.digits(of: .max) == 20)
  }

  @Test("Hexadecimal numbers have 16 lower-case digits")
  func hexadecimal() {
    for (number, digits) in [
      (UInt64(0), "0000000000000000"), (0x0123_4567_89ab_cdef, "0123456789abcdef"),
      (.max, "ffffffffffffffff"), (10, "000000000000000a"),
    ] {
      var buffer = ByteBuffer()
      buffer.append(hexadecimal: number)
      #expect(Self.text(of: buffer) == digits)
    }
  }

  @Test("Texts are appended as UTF-8")
  func texts() {
    var buffer = ByteBuffer()
    let rare = "é"
    buffer.append("a" as StaticString)
    buffer.append(text: rare)
    buffer.append(text: "")
    buffer.append(UInt8(33))
    #expect(Self.text(of: buffer) == "aé!")
  }

  static func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
  }

  static func contents(of buffer: borrowing ByteBuffer) -> [UInt8] {
    unsafe buffer.bytes.withUnsafeBytes { unsafe Array($0) }
  }

  private static func text(of buffer: borrowing ByteBuffer) -> String {
    String(decoding: contents(of: buffer), as: UTF8.self)
  }

  /// What the buffer must hold, and how much must be free in front of it.
  private struct Model {
    var bytes: [UInt8] = []
    var headroom = 0

    mutating func act(on buffer: inout ByteBuffer, _ random: inout SeededRandom) {
      let some = Int.random(in: 0...bytes.count, using: &random)
      let new = ByteBufferTests.bytes(Int.random(in: 0...90, using: &random))
      switch Int.random(in: 0..<16, using: &random) {
      case 0...4:
        unsafe buffer.append(new.span.bytes)
        bytes += new
      case 5:
        buffer.append(UInt8(5))
        bytes.append(5)
      case 6, 7:
        buffer.consume(some)
        bytes.removeFirst(some)
        if bytes.isEmpty { headroom = 0 }
      case 8:
        buffer.truncate(to: some)
        bytes.removeLast(bytes.count - some)
      case 9:
        buffer.convertToHeadroom(min(some, 8))
        bytes.removeFirst(min(some, 8))
        headroom += min(some, 8)
      case 10:
        let front = Array(new.prefix(min(headroom, 20)))
        unsafe buffer.prepend(front.span.bytes)
        bytes = front + bytes
        headroom -= front.count
      case 11:
        buffer.reserve(new.count)
        unsafe buffer.writable.copyBytes(from: new)
        buffer.commit(new.count)
        bytes += new
      case 12:
        if Int.random(in: 0..<4, using: &random) == 0 {
          headroom = Int.random(in: 0...100, using: &random)
          buffer.clear(headroom: headroom)
          bytes = []
        }
      case 13:
        unsafe buffer.append(atMost: 90) { room in
          for (place, byte) in new.enumerated() {
            unsafe room.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
          }
          return new.count
        }
        bytes += new
      case 14:
        let range = Int.random(in: 0...some, using: &random)..<some
        buffer.append(copyOf: range)
        bytes += bytes[range]
      default:
        buffer.reserve(Int.random(in: 0...300, using: &random))
      }
    }
  }
}
