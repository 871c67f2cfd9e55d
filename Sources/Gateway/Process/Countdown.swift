import Glibc
import Synchronization

/// The number of workers still running. The last one to end wakes the first thread, which waits for
/// signals.
final class Countdown: Sendable {
  private let count: Atomic<Int>

  init(_ count: Int) { self.count = Atomic(count) }

  /// Whether all workers have ended.
  var isZero: Bool { count.load(ordering: .acquiring) == 0 }

  /// One worker has ended.
  func arrive() {
    if count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      _ = kill(getpid(), SIGUSR1)
    }
  }
}
