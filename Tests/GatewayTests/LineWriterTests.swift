// Lines on a pipe that is full at times: whole or not at all, and none of them unnoticed.

import Glibc
import Testing

@testable import Gateway

@Suite("Lines that are written")
struct LineWriterTests {
  /// A pipe whose writer does not wait, with room for a page.
  private struct Pipe: ~Copyable {
    let read: Int32
    let write: Int32

    init() {
      var ends: [Int32] = [0, 0]
      #expect(unsafe pipe(&ends) == 0)
      (read, write) = (ends[0], ends[1])
      for end in ends { #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
      // F_SETPIPE_SZ
      #expect(fcntl(write, 1_031, 4_096) == 4_096)
    }

    deinit {
      close(read)
      close(write)
    }

    /// All that is in it.
    func drain() -> String {
      var all: [UInt8] = []
      var room = [UInt8](repeating: 0, count: 8_192)
      while true {
        let count = unsafe Glibc.read(read, &room, room.count)
        if count <= 0 { return String(decoding: all, as: UTF8.self) }
        all += room[..<count]
      }
    }
  }

  private static let line = String(repeating: "x", count: 999) + "\n"

  @Test("A pipe that is full takes whole lines, and what is lost is counted")
  func full() {
    let pipe = Pipe()
    var writer = LineWriter(to: pipe.write)
    let ten = Array(String(repeating: Self.line, count: 10).utf8)
    #expect(writer.write(ten) == 6)
    #expect(pipe.drain() == String(repeating: Self.line, count: 4))
    #expect(writer.write(Array(Self.line.utf8)) == 0)
    #expect(pipe.drain() == Self.line)
  }

  @Test("A line that was cut is ended before the next one begins")
  func cut() {
    let pipe = Pipe()
    var writer = LineWriter(to: pipe.write)
    // Longer than what comes in one piece.
    let long = String(repeating: "y", count: 6_000) + "\n"
    #expect(writer.write(Array(long.utf8)) == 1)
    #expect(pipe.drain() == String(repeating: "y", count: 4_096))
    #expect(writer.write(Array(Self.line.utf8)) == 0)
    #expect(pipe.drain() == "\n" + Self.line)
  }
}
