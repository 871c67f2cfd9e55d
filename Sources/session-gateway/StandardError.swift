// Messages of the command line to the operator, outside of the log.

internal import Glibc

enum StandardError {
  /// Writes `text` and, if `lineEnd`, a line ending. Errors are ignored.
  static func write(_ text: String, lineEnd: Bool = true) {
    var rest = Array((lineEnd ? text + "\n" : text).utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }
}
