/// A file that a setting names: it is there, it is a file and this process may read it, as it was
/// when the settings were loaded.
///
/// Contents are read here only for the small files that `Settings.load` itself needs, never more
/// than `longestContent` bytes of them.

internal import Glibc

/// The path of a file that could be read when the settings were loaded.
public struct ReadableFile: Hashable, Sendable {
  /// The path as it was given; a relative one counts from the working directory.
  public let path: String

  /// The most bytes that `Settings.load` reads of a file.
  static let longestContent = 1 << 20

  /// Names a file without looking at it; `Settings.load` looks.
  public init(path: String) { self.path = path }

  /// Whether users beyond the owner and the group may read the file.
  public var isReadableByOthers: Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
  }

  /// Says in what way `path` is no file that can be read; nil when it is one.
  static func fault(of path: String) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      return errno == ENOENT
        ? "there is no such file; check the path, a relative one counts from the working directory"
        : unreadable(errno)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { return "a directory; name a file" }
    return unsafe access(path, R_OK) == 0 ? nil : unreadable(errno)
  }

  /// The whole content, at most 1 MiB; or, as a fault, why there is none.
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
    let reason = unsafe String(cString: strerror(code))
    return "this process can't read it (\(reason)); give its user the right to"
  }
}

extension ReadableFile: CustomStringConvertible {
  /// The path.
  public var description: String { path }
}
