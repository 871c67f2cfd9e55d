// Text that commands write, to files and to the terminal.

import Glibc
import Settings

enum TextOutput {
  /// Creates or replaces a file, and returns whether all of it was written.
  static func write(_ text: String, to path: String) -> Bool {
    let fd = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if fd < 0 { return false }
    let isWritten = write(text, on: fd)
    return close(fd) == 0 && isWritten
  }

  /// Why a file can be neither created nor replaced; nil when nothing speaks against it. Changes
  /// nothing.
  static func fault(of path: String) -> String? {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { return ReadableFile.directoryFault }
      return unsafe access(path, W_OK) == 0 ? nil : reason(errno)
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    return unsafe access(folder, W_OK | X_OK) == 0 ? nil : reason(errno)
  }

  private static func reason(_ code: Int32) -> String {
    unsafe "this process can't write it (\(String(cString: strerror(code))))"
  }

  /// Writes to a descriptor, and returns whether all was written.
  static func write(_ text: String, on fd: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(fd, bytes.baseAddress, bytes.count)
      }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
