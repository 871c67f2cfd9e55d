// Waits for one descriptor on a thread that may block (poll(2)). Event loops use a Poller.

import Glibc
import Primitives

/// Blocks this thread until the descriptor is ready for `event` (POLLIN or POLLOUT) or has failed, the
/// deadline passes, or a signal comes; the caller then looks again. Returns whether it is ready or has
/// failed.
@discardableResult
func block(on fd: Int32, for event: Int32, until deadline: Instant) -> Bool {
  var watched = pollfd(fd: fd, events: Int16(event), revents: 0)
  let left = max(TimeSpan.seconds(0), deadline - .now()).millisecondsRoundedUp
  return unsafe poll(&watched, 1, deadline == .never ? -1 : Int32(clamping: left)) == 1
}
