/// Walks over the arguments of a command that this store encoded.
struct ArgumentWalk {
  /// The number of arguments, the command's name included.
  private(set) var count = 0
  /// Where the next argument begins, its length line included.
  private(set) var at: Int

  /// Starts in front of the name of the command that begins at `start`.
  init(_ commands: RawSpan, from start: Int) {
    at = start
    count = skipLine(in: commands)
  }

  /// The range of the next argument.
  mutating func next(in commands: RawSpan) -> Range<Int> {
    let length = skipLine(in: commands)
    defer { at += length + 2 }
    return at..<at + length
  }

  /// Skips `*N` or `$N` with its line end, and returns N.
  private mutating func skipLine(in commands: RawSpan) -> Int {
    var number = 0
    at += 1
    while let digit = commands.digit(at) {
      number = number * 10 + digit
      at += 1
    }
    at += 2
    return number
  }
}

extension RawSpan {
  fileprivate func digit(_ offset: Int) -> Int? {
    precondition(offset < byteCount, "a command's line has an end")
    let byte = unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte) - 48 : nil
  }
}
