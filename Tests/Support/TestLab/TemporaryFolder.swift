// A folder of a test's own. Its name carries the id of the process that made it, so that a later
// run can remove what a killed run left behind. It lies in /tmp whatever TMPDIR says: sockets of
// the lab's servers live in it, and the address of a local socket holds 107 bytes.

import Foundation

/// A new, empty folder that only this user may enter; it is removed with its last reference.
public final class TemporaryFolder: Sendable {
  /// The folder's absolute path, without a slash at the end.
  public let path: String

  private static let prefix = "/tmp/session-gateway-lab-"
  private static let swept: Void = sweep()

  /// Makes the folder.
  public init() throws {
    _ = Self.swept
    var template = Array("\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw LabFault("no folder can be made in /tmp (error \(errno))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    Leftovers.add(folder: path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    Leftovers.forget(folder: path)
  }

  /// The absolute path of `name` in this folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes `text` to the file `name`, which only this user may read, and gives its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  /// Writes `bytes` to the file `name`, which only this user may read, and gives its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = file(name)
    let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
    let manager = FileManager.default
    guard manager.createFile(atPath: path, contents: Data(bytes), attributes: mode) else {
      throw LabFault("\(path) cannot be written")
    }
    return path
  }

  /// Makes the folder `name` in this one, unless it is there, and gives its path.
  public func folder(_ name: String) throws -> String {
    let path = file(name)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  // Removes the folders of runs that are no more. What belongs to another user stays: removing
  // it fails, and that is fine.
  private static func sweep() {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: "/tmp")) ?? []
    for name in names where "/tmp/\(name)".hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count - "/tmp/".count).prefix { $0 != "-" }
      if let pid = pid_t(owner), !manager.fileExists(atPath: "/proc/\(pid)") {
        try? manager.removeItem(atPath: "/tmp/\(name)")
      }
    }
  }
}

/// The text of the file at `path`; empty when there is none.
public func text(of path: String) -> String {
  guard let data = FileManager.default.contents(atPath: path) else { return "" }
  return String(decoding: data, as: UTF8.self)
}

/// The bytes of the file at `path`; none when there is no such file.
public func bytes(of path: String) -> [UInt8] {
  FileManager.default.contents(atPath: path).map(Array.init) ?? []
}
