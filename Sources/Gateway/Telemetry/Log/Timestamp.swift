import Glibc
import Primitives

/// Times in the form of log lines.
enum Timestamp {
  /// `2026-11-21T12:00:00.000Z` (RFC 3339).
  static func text(_ time: UnixTime) -> String {
    let milliseconds = String(1_000 + time.milliseconds % 1_000).dropFirst()
    return "\(second(time)).\(milliseconds)Z"
  }

  /// `2026-11-21T12:00:00`
  static func second(_ time: UnixTime) -> String {
    var seconds = time_t(time.milliseconds / 1_000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let size = buffer.count
    let length = unsafe strftime(&buffer, size, "%Y-%m-%dT%H:%M:%S", &parts)
    return String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// The same for a log with many lines a second: the part they have in common is formatted once.
struct LineClock: ~Copyable {
  private var second: Int64 = -1
  private var text = ByteBuffer()

  /// Appends `2026-11-21T12:00:00.000Z`.
  mutating func append(_ time: UnixTime, to line: inout ByteBuffer) {
    let (second, milliseconds) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
    if second != self.second {
      self.second = second
      text.clear()
      text.append(text: Timestamp.second(time))
      text.append(".")
    }
    line.append(text)
    line.append(UInt8(48 + milliseconds / 100))
    line.append(UInt8(48 + milliseconds / 10 % 10))
    line.append(UInt8(48 + milliseconds % 10))
    line.append("Z")
  }
}
