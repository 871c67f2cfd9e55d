// What the machine, and the container that the process runs in, allow it to use.

import CLinux
import Glibc

/// The processors this process may use.
public enum Processors {
  /// How many: what the scheduler's affinity allows, limited by the control group's quota (cgroup
  /// v2, cpu.max) rounded up; at least 1.
  public static var available: Int {
    var count = max(1, Int(linux_affinity_count()))
    for path in groups(KernelFile.text("/proc/self/cgroup") ?? "") {
      guard let limit = limit(cpuMax: KernelFile.text(path + "/cpu.max") ?? "") else { continue }
      count = min(count, limit)
    }
    return count
  }

  /// The control group's folder and those above it, from the text of /proc/self/cgroup.
  static func groups(_ text: String) -> [String] {
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

  /// How many processors a quota is worth, rounded up, from the text of cpu.max ("150000 100000" is
  /// 2). Nil without a quota.
  static func limit(cpuMax text: String) -> Int? {
    let parts = text.split { $0 == " " || $0 == "\n" }
    guard parts.count == 2, let quota = Int(parts[0]), let period = Int(parts[1]),
      quota > 0, period > 0
    else { return nil }
    return (quota - 1) / period + 1
  }
}

/// The memory this process may use.
public enum Memory {
  /// Bytes: what the machine has, limited by the control group's (cgroup v2, memory.max).
  public static var available: Int {
    var bytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    for path in Processors.groups(KernelFile.text("/proc/self/cgroup") ?? "") {
      let text = KernelFile.text(path + "/memory.max") ?? ""
      guard let limit = Int(text.prefix { $0 != "\n" }), limit > 0 else { continue }
      bytes = min(bytes, limit)
    }
    return bytes
  }
}

/// The descriptors this process may have open.
public enum Descriptors {
  /// How many: the soft limit (RLIMIT_NOFILE).
  public static var limit: Int {
    var limit = rlimit()
    guard unsafe linux_get_descriptor_limit(&limit) == 0 else { return 0 }
    return Int(clamping: limit.rlim_cur)
  }

  /// Raises the soft limit to the hard one and returns the resulting soft limit.
  public static func raiseLimit() -> Int {
    var limit = rlimit()
    guard unsafe linux_get_descriptor_limit(&limit) == 0 else { return 0 }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe linux_set_descriptor_limit(&limit)
    return self.limit
  }
}
