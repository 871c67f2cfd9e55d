// Ends a poller's wait at an instant, exactly: a timerfd. A poller's own deadline is rounded up to
// whole milliseconds, which is right for timeouts and too coarse for a load that is due by the
// microsecond. Registered with `.edgeTriggered`, it needs no reading.

import CLinux
import Glibc
public import Primitives

/// A timer with a descriptor.
public struct Alarm: ~Copyable {
  /// The descriptor to be watched for reading, edge-triggered.
  public let fd: Int32

  /// A timer that is not set. Fails when the process has no descriptor left.
  public init() throws(SystemFault) {
    fd = linux_timerfd()
    if fd < 0 { throw SystemFault("timerfd_create", errno: errno) }
  }

  deinit { close(fd) }

  /// Goes off once at `instant`, at once when that has passed, and not at all at `.never`. What was
  /// set before is forgotten.
  public func set(_ instant: Instant) {
    let time = instant == .never ? 0 : max(1, instant.nanoseconds)
    let failed = linux_timerfd_set(fd, time)
    precondition(failed == 0, "a timer takes every time after the clock's start")
  }
}
