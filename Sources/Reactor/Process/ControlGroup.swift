/// The control group (cgroup v2) of this process, whose files limit what it may use.
enum ControlGroup {
  /// Its folder and those above it; each may have a limit.
  static var folders: [String] { folders(KernelFile.text("/proc/self/cgroup") ?? "") }

  /// The folders that the text of /proc/self/cgroup names.
  static func folders(_ text: String) -> [String] {
    let root = "/sys/fs/cgroup"
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else {
      return [root]
    }
    var folders = [root]
    for part in line.dropFirst(4).split(separator: "/") {
      folders.append("\(folders.last!)/\(part)")
    }
    return folders
  }
}
