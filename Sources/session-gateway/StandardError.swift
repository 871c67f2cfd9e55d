// Messages of the command line to the operator, outside of the log.

import Glibc

enum StandardError {
  /// Writes `text` and, if `lineEnd`, a line ending. Errors are ignored.
  static func write(_ text: String, lineEnd: Bool = true) {
    _ = TextOutput.write(lineEnd ? text + "\n" : text, on: STDERR_FILENO)
  }
}
