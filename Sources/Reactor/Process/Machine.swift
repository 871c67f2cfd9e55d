// What the machine, and the container that the process runs in, allow it to use.

import CLinux
import Glibc

/// The processors this process may use.
public enum Processors {
  /// How many: what the scheduler's affinity allows, limited by the control group's quota (cgroup
  /// v2, cpu.max) rounded up; at least 1.
  public static var available: Int {
    var count = max(1, Int(linux_affinity_count()))
    for path in ControlGroup.folders {
      guard let limit = limit(cpuMax: KernelFile.text(path + "/cpu.max") ?? "") else { continue }
      count = min(count, limit)
    }
    return count
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
    for path in ControlGroup.folders {
      let text = KernelFile.text(path + "/memory.max") ?? ""
      guard let limit = Int(text.prefix { $0 != "\n" }), limit > 0 else { continue }
      bytes = min(bytes, limit)
    }
    return bytes
  }
}
