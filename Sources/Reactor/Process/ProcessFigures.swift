// The kernel's figures for this process: memory, descriptors, processor time. Read for each scrape,
// from /proc and getrusage(2); off the data path.

import Glibc

/// This process's figures.
public enum ProcessFigures {
  /// Bytes of resident memory; 0 if /proc cannot be read.
  public static var residentBytes: Int {
    let fields = KernelFile.text("/proc/self/statm")?.split(separator: " ") ?? []
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
  }

  /// How many descriptors are open, not counting the one used to count them.
  public static var openDescriptors: Int {
    // EMFILE: no descriptor is left to count with, so all of them are open.
    guard let folder = unsafe opendir("/proc/self/fd") else {
      return errno == EMFILE ? Descriptors.limit : 0
    }
    defer { unsafe closedir(folder) }
    var count = 0
    while unsafe readdir(folder) != nil { count += 1 }
    // The folder itself and its parent are listed too.
    return max(0, count - 3)
  }

  /// Seconds of processor time, including the kernel's on behalf of the process.
  public static var processorSeconds: Double {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    return seconds + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}
