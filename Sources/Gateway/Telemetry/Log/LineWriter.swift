// Writes lines out of the process, each whole or not at all, even if other processes write to the
// same end of a pipe.

import Glibc

/// Writes lines to a descriptor.
struct LineWriter {
  private let fd: Int32
  private let isPipe: Bool
  /// Whether the last bytes written are the beginning of a line.
  private var isCut = false
  /// The bytes that a pipe accepts as one piece; within a longer write, another writer's bytes may
  /// be mixed in (pipe(7), `PIPE_BUF`).
  private static let pieces = 4_096

  init(to fd: Int32) {
    self.fd = fd
    var facts = stat()
    isPipe = unsafe fstat(fd, &facts) == 0 && facts.st_mode & S_IFMT == S_IFIFO
  }

  /// Writes lines, each with its end, for as long as that takes. Returns how many were lost because
  /// writing failed.
  mutating func write(_ lines: [UInt8]) -> Int {
    if isCut, !lines.isEmpty {
      if Self.write([newline], from: 0, to: 1, fd) != 1 { return Self.count(lines[...]) }
      isCut = false
    }
    var place = 0
    while place < lines.count {
      let end = isPipe ? Self.lineEnd(in: lines, from: place) : lines.count
      let written = Self.write(lines, from: place, to: end, fd)
      if written < 0 {
        isCut = place > 0 && lines[place - 1] != newline
        return Self.count(lines[place...])
      }
      place += written
    }
    return 0
  }

  private static func write(_ bytes: [UInt8], from start: Int, to end: Int, _ fd: Int32) -> Int {
    while true {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(fd, $0.baseAddress! + start, end - start)
      }
      if written >= 0 || errno != EINTR { return written }
    }
  }

  /// The end of the last line that is whole within the next piece.
  private static func lineEnd(in lines: [UInt8], from start: Int) -> Int {
    let end = min(start + pieces, lines.count)
    return lines[start..<end].lastIndex(of: newline).map { $0 + 1 } ?? end
  }

  private static func count(_ lines: ArraySlice<UInt8>) -> Int { lines.count { $0 == newline } }
}

private let newline = UInt8(ascii: "\n")
