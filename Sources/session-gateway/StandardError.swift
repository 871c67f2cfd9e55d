/// Where the command line speaks to the operator before there is a log.

internal import Glibc

enum StandardError {
  /// Writes `text` and, unless told not to, a line end. A stream that takes nothing more is not worth a fault.
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
