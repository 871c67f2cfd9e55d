// A file in which the kernel reports something: in /proc, or in a control group's folder.

import Glibc

/// Reads the kernel's files.
public enum KernelFile {
  /// The whole text of a file; nil when it cannot be read. How long it is is up to the kernel.
  public static func text(_ path: String) -> String? {
    let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if fd < 0 { return nil }
    defer { close(fd) }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe read(fd, &part, part.count)
      if count < 0 { return nil }
      if count == 0 { return String(decoding: content, as: UTF8.self) }
      content += part[..<count]
    }
  }
}
