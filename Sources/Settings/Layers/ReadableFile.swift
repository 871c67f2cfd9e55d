// A file that a setting names. When the settings were loaded it existed, was not a directory, and
// could be read by this process.
//
// `content` is for small files: it refuses those of more than `longestContent` bytes.

import Glibc

/// The path of a file that could be read when the settings were loaded.
public struct ReadableFile: Hashable, Sendable {
  /// The path as given; a relative one is relative to the working directory.
  public let path: String

  /// The longest file that `content` reads, in bytes.
  static let longestContent = 1 << 20

  /// What is wrong with a directory where a file is wanted, and what to do.
  public static let directoryFault = "a directory; name a file"

  /// Names a file without checking it; `Settings.load` checks.
  public init(path: String) { self.path = path }

  /// Whether users other than the owner and the group may read the file.
  public var isReadableByOthers: Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
  }

  /// Why `path` is not a readable file, and what to do; nil when it is one.
  public static func fault(of path: String) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return unreadable(errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { return unreadable(EISDIR) }
    return unsafe access(path, R_OK) == 0 ? nil : unreadable(errno)
  }

  /// The whole content, at most 1 MiB. Throws when the file is longer or cannot be read.
  public func content() throws(ValueFault) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw ValueFault(Self.unreadable(errno)) }
    defer { close(file) }
    var content = [UInt8](repeating: 0, count: Self.longestContent + 1)
    var count = 0
    while count < content.count {
      let got = unsafe content.withUnsafeMutableBytes { bytes in
        unsafe read(file, bytes.baseAddress! + count, bytes.count - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw ValueFault(Self.unreadable(errno)) }
      if got == 0 { return Array(content[..<count]) }
      count += got
    }
    throw ValueFault("longer than 1MiB; name the right file")
  }

  private static func unreadable(_ code: Int32) -> String {
    if code == ENOENT || code == ENOTDIR {
      return "no such file; check the path (a relative one starts at the working directory)"
    }
    if code == EISDIR { return directoryFault }
    let reason = unsafe String(cString: strerror(code))
    return "this process can't read it (\(reason)); give its user read permission"
  }
}

extension ReadableFile: CustomStringConvertible {
  /// The path.
  public var description: String { path }
}
