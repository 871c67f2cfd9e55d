// Ends a poller's wait at an exact instant: a timerfd. A poller's own deadline is rounded up to
// whole milliseconds, which is right for timeouts but too coarse for a load scheduled by the
// microsecond. When registered with `.edgeTriggered`, it need not be read.

import CLinux
import Glibc
public import Primitives

/// A timer with a descriptor.
public struct Alarm: ~Copyable {
  /// The descriptor to watch for reading, edge-triggered.
  public let fd: Int32

  /// A timer that is not set. Fails when the process has no descriptor left.
  public init() throws(SystemFault) {
    fd = linux_timerfd()
    if fd < 0 { throw SystemFault("timerfd_create", errno: errno) }
  }

  deinit { close(fd) }

  /// Fires once at `instant`: immediately if that has passed, not at all if it is `.never`.
  /// Replaces any earlier setting.
  public func set(_ instant: Instant) {
    let time = instant == .never ? 0 : max(1, instant.nanoseconds)
    let failed = linux_timerfd_set(fd, time)
    precondition(failed == 0, "a timer takes every time after the clock's start")
  }
}
