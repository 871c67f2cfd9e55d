import CLinux
import Glibc

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
