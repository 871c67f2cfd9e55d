// What the kernel says of this process: memory, descriptors, processor time. Read for a scrape, from
// /proc and getrusage; off the data path.

import Glibc

/// The process as the kernel counts it.
public enum ProcessFigures {
  /// Bytes of memory that are resident; 0 where /proc is not to be read.
  public static var residentBytes: Int {
    let fields = smallFile("/proc/self/statm")?.split(separator: " ") ?? []
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
  }

  /// How many descriptors are open, the one that counts them left out.
  public static var openDescriptors: Int {
    // Where none is left, not even one to count them with, that is the answer.
    guard let folder = unsafe opendir("/proc/self/fd") else {
      return errno == EMFILE ? Descriptors.limit : 0
    }
    defer { unsafe closedir(folder) }
    var count = 0
    while unsafe readdir(folder) != nil { count += 1 }
    // The folder itself and its parent are listed too.
    return max(0, count - 3)
  }

  /// Seconds of processor time, the kernel's included.
  public static var processorSeconds: Double {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    return seconds + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}
