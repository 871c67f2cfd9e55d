// The length line of a bulk string, without its `$`: digits and CR LF, or `-1` for null. In: the
// bytes that have arrived of it and behind it. Out: a verdict; once it is not `unfinished`, more
// bytes do not change it.

import Primitives

/// What a bulk string's length line says.
enum BulkLength: Equatable {
  /// The line is incomplete, and correct so far.
  case unfinished
  /// It begins with a sign: null, or malformed.
  case null
  /// This many bytes follow a line of `lineLength` bytes, its CR LF included.
  case bytes(Int, lineLength: Int)
  /// It is not a length line.
  case broken(ReplyFault)

  /// Longer than any number with its sign and CR LF, in bytes.
  static let longestNumber = 32

  /// Reads the line at the start of `bytes`.
  init(_ bytes: RawSpan) {
    let head = bytes.extracting(first: Self.longestNumber)
    guard let end = head.offset(of: 0x0D) else {
      self = bytes.byteCount > Self.longestNumber ? .broken(.malformed) : .unfinished
      return
    }
    if end + 1 == bytes.byteCount {
      self = .unfinished
    } else if bytes.byte(at: end + 1) != 0x0A {
      self = .broken(.malformed)
    } else if bytes.byte(at: 0) == UInt8(ascii: "-") {
      self = .null
    } else if let size = head.extracting(0..<end).decimal(upTo: .max) {
      self = .bytes(size, lineLength: end + 2)
    } else {
      self = .broken(.malformed)
    }
  }
}
