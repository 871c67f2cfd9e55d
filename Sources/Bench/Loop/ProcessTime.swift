// A process's CPU time, and the process that listens on a port, from /proc. Nil where /proc does
// not say: for another machine, another user's process, another kernel.

import Glibc
public import Primitives
import Reactor

/// What /proc says about processes.
public enum ProcessTime {
  /// The CPU time that process `pid` has used, user and system, with a resolution of a clock tick
  /// (10 ms).
  public static func used(by pid: Int) -> TimeSpan? {
    guard let text = KernelFile.text("/proc/\(pid)/stat"), let ticks = ticks(inStat: text) else {
      return nil
    }
    return TimeSpan(nanoseconds: Int64(ticks) * 1_000_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// The CPU time that this process has used.
  public static func ownUse() -> TimeSpan {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return TimeSpan(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The id of the process that listens on `port` of this machine.
  public static func listener(at port: UInt16) -> Int? {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { KernelFile.text($0) }
    guard let inode = tables.lazy.compactMap({ self.inode(ofPort: port, in: $0) }).first else {
      return nil
    }
    let socket = "socket:[\(inode)]"
    return names(in: "/proc").lazy.compactMap { Int($0) }.first { pid in
      names(in: "/proc/\(pid)/fd").contains { link("/proc/\(pid)/fd/\($0)") == socket }
    }
  }

  /// User and system time in clock ticks, from the text of /proc/PID/stat (proc(5): fields 14 and
  /// 15).
  static func ticks(inStat text: String) -> Int? {
    // The program's name, in parentheses, may contain anything.
    guard let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
      return nil
    }
    return user + system
  }

  /// The inode of the socket that listens on `port`, from the text of /proc/net/tcp.
  static func inode(ofPort port: UInt16, in table: String) -> Int? {
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A",
        let digits = fields[1].split(separator: ":").last, UInt16(digits, radix: 16) == port
      else { continue }
      return Int(fields[9])
    }
    return nil
  }

  private static func names(in folder: String) -> [String] {
    guard let open = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(open) }
    var names: [String] = []
    while let entry = unsafe readdir(open) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      names.append(name)
    }
    return names
  }

  private static func link(_ path: String) -> String? {
    var text = [UInt8](repeating: 0, count: 256)
    let count = unsafe text.withUnsafeMutableBytes {
      unsafe readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count < 0 ? nil : String(decoding: text[..<count], as: UTF8.self)
  }
}
