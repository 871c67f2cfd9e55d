// Signals arrive as values on one thread that waits for them; there are no signal handlers.

import CLinux
import Glibc
public import Primitives

/// A signal that the gateway reacts to.
public enum Signal: Sendable {
  /// SIGTERM: drain and end.
  case terminate
  /// SIGINT: the same, from a keyboard.
  case interrupt
  /// SIGHUP: reload files.
  case hangUp
  /// SIGUSR1: the gateway sends it to itself when its last worker has ended.
  case user1
}

/// The process's signals.
public enum Signals {
  /// Blocks the signals that `wait` returns, and ignores SIGPIPE. Call it on the first thread
  /// before starting others: they inherit the mask.
  public static func claim() {
    var mask = set()
    _ = unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Blocks this thread until one of the claimed signals arrives; nil once `span` has passed.
  public static func wait(for span: TimeSpan? = nil) -> Signal? {
    var mask = set()
    let end = span.map { Instant.now() + $0 } ?? .never
    while true {
      switch next(&mask, before: end) {
      case SIGTERM: return .terminate
      case SIGINT: return .interrupt
      case SIGHUP: return .hangUp
      case SIGUSR1: return .user1
      default: if end <= .now() { return nil }
      }
    }
  }

  /// The next signal's number; -1 if none arrived before `end`.
  private static func next(_ mask: inout sigset_t, before end: Instant) -> Int32 {
    if end == .never { return unsafe sigwaitinfo(&mask, nil) }
    let left = max(0, (end - .now()).nanoseconds)
    var patience = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
    return unsafe sigtimedwait(&mask, nil, &patience)
  }

  private static func set() -> sigset_t {
    var mask = sigset_t()
    unsafe sigemptyset(&mask)
    for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { unsafe sigaddset(&mask, number) }
    return mask
  }
}

/// A thread's saved signal mask.
struct SignalMask {
  private var mask: sigset_t

  /// Blocks all signals on this thread and returns the previous mask.
  static func blockAll() -> SignalMask {
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    return SignalMask(mask: before)
  }

  func restore() {
    var mask = self.mask
    _ = unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
  }
}
