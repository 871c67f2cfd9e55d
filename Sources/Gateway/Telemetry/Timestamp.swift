import Glibc
import Primitives

/// Times as log lines show them.
enum Timestamp {
  /// `2026-11-21T12:00:00.000Z` (RFC 3339).
  static func text(_ time: UnixTime) -> String {
    var seconds = time_t(time.milliseconds / 1_000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let size = buffer.count
    let length = unsafe strftime(&buffer, size, "%Y-%m-%dT%H:%M:%S", &parts)
    let date = String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let milliseconds = String(1_000 + time.milliseconds % 1_000).dropFirst()
    return "\(date).\(milliseconds)Z"
  }
}
