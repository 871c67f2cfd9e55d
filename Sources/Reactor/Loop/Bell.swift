// Ends another thread's wait: an eventfd, registered with the waiting thread's poller.

import CLinux
import Glibc
public import Primitives

/// A bell that any thread, or a signal handler, may ring.
public final class Bell: Sendable {
  /// The descriptor to watch for reading.
  public let fd: Int32

  /// A silent bell. Fails when the process has no descriptor left.
  public init() throws(SystemFault) {
    fd = linux_eventfd()
    if fd < 0 { throw SystemFault("eventfd", errno: errno) }
  }

  deinit { close(fd) }

  /// Rings. Ringing a ringing bell changes nothing, so the result of the write does not matter.
  public func ring() {
    var one: UInt64 = 1
    _ = unsafe write(fd, &one, 8)
  }

  /// Silences the bell and returns whether it had rung. Call it before looking for the work it was
  /// rung for.
  @discardableResult
  public func silence() -> Bool {
    var rings: UInt64 = 0
    return unsafe read(fd, &rings, 8) == 8
  }

  /// Blocks this thread until the bell rings, and silences it; false if the deadline passes first.
  @discardableResult
  public func wait(until deadline: Instant = .never) -> Bool {
    while !silence() {
      if deadline <= .now() { return false }
      block(on: fd, for: POLLIN, until: deadline)
    }
    return true
  }
}
