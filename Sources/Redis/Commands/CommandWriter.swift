// Commands in RESP, appended to a buffer: an array of bulk strings, the only form in which Redis
// accepts binary arguments. Nothing is allocated except for the buffer's own growth, and nothing is
// copied twice. The caller bounds the buffer. hiredis's formatter serves only as the tests' oracle,
// because it allocates each command.
//
// Functions that write literals can be inlined across modules: with a known length, the digits are
// computed at build time.

public import Primitives

/// Appends commands to a node's output.
///
/// A command is `begin`, followed by exactly as many arguments as it announced, the command's name
/// included.
public enum CommandWriter {
  /// Starts a command of `count` arguments.
  @inlinable
  @inline(__always)
  public static func begin(_ count: Int, in output: inout ByteBuffer) {
    precondition(count > 0, "a command has at least its name")
    output.append(UInt8(ascii: "*"), counting: count)
  }

  /// Starts a command of `count` arguments with the first of them, its name.
  @inlinable
  @inline(__always)
  public static func begin(_ count: Int, _ name: StaticString, in output: inout ByteBuffer) {
    precondition(count > 0 && count < 100_000, "a command has at least its name")
    let length = name.utf8CodeUnitCount
    unsafe output.append(atMost: length + 18) { start in
      var at = unsafe start
      unsafe at = at.put(UInt8(ascii: "*"), counting: count)
      unsafe at = at.put(UInt8(ascii: "$"), counting: length)
      unsafe at.copyMemory(from: name.utf8Start, byteCount: length)
      unsafe at += length
      unsafe at.storeBytes(of: UInt16(littleEndian: 0x0A0D), as: UInt16.self)
      return unsafe at + 2 - start
    }
  }

  /// Appends an argument.
  public static func argument(_ bytes: RawSpan, in output: inout ByteBuffer) {
    length(bytes.byteCount, in: &output)
    output.append(bytes)
    output.appendLineEnd()
  }

  /// Appends an argument that is a literal.
  @inlinable
  @inline(__always)
  public static func argument(_ text: StaticString, in output: inout ByteBuffer) {
    length(text.utf8CodeUnitCount, in: &output)
    output.append(text)
    output.appendLineEnd()
  }

  /// Appends an argument that is a string. For rare commands: the data path has no strings.
  public static func argument(text: String, in output: inout ByteBuffer) {
    length(text.utf8.count, in: &output)
    output.append(text: text)
    output.appendLineEnd()
  }

  /// Appends a number as an argument.
  public static func argument(decimal number: Int, in output: inout ByteBuffer) {
    let sign = number < 0 ? 1 : 0
    length(ByteBuffer.digits(of: number.magnitude) + sign, in: &output)
    output.append(decimal: number)
    output.appendLineEnd()
  }

  /// Starts an argument of `byteCount` bytes that consists of several pieces: append them to the
  /// buffer, then `close` the argument.
  @inlinable
  public static func open(byteCount: Int, in output: inout ByteBuffer) -> OpenArgument {
    length(byteCount, in: &output)
    return OpenArgument(end: output.count + byteCount)
  }

  /// Ends an argument. Its pieces must add up to the announced length: otherwise the bytes of one
  /// session would be read as the commands of another.
  @inlinable
  public static func close(_ argument: consuming OpenArgument, in output: inout ByteBuffer) {
    precondition(output.count == argument.end, "an argument is as long as it was declared")
    output.appendLineEnd()
  }

  @inlinable
  @inline(__always)
  static func length(_ count: Int, in output: inout ByteBuffer) {
    precondition(count >= 0, "an argument's length is not negative")
    output.append(UInt8(ascii: "$"), counting: count)
  }

  /// An argument whose pieces are being appended.
  public struct OpenArgument: ~Copyable {
    @usableFromInline let end: Int

    @inlinable
    init(end: Int) { self.end = end }
  }
}

extension ByteBuffer {
  /// Appends CR LF.
  @inlinable
  @inline(__always)
  mutating func appendLineEnd() {
    unsafe append(atMost: 2) {
      unsafe $0.storeBytes(of: UInt16(littleEndian: 0x0A0D), as: UInt16.self)
      return 2
    }
  }

  /// Appends a mark, a number and CR LF.
  @inlinable
  @inline(__always)
  mutating func append(_ mark: UInt8, counting number: Int) {
    guard number < 100_000 else {
      append(mark)
      append(decimal: number)
      return appendLineEnd()
    }
    unsafe append(atMost: 8) { unsafe $0.put(mark, counting: number) - $0 }
  }
}

extension UnsafeMutableRawPointer {
  /// Writes a mark, a number below 100,000 and CR LF, and returns where they end. Stores eight
  /// bytes in any case.
  ///
  /// Nearly all numbers have at most five digits, so the eight bytes are assembled in a register,
  /// last byte first, and stored at once: a command has a dozen of them.
  @unsafe
  @inlinable
  @inline(__always)
  func put(_ mark: UInt8, counting number: Int) -> UnsafeMutableRawPointer {
    var word: UInt64 = 0x0A0D
    var rest = UInt32(number)
    var size = 3
    repeat {
      word = word << 8 | UInt64(48 &+ rest % 10)
      rest /= 10
      size &+= 1
    } while rest > 0
    word = word << 8 | UInt64(mark)
    unsafe storeBytes(of: word.littleEndian, as: UInt64.self)
    return unsafe self + size
  }
}
