// A thread with a name, no signals and one body. Swift's concurrency is not used on the data path:
// a worker must keep its thread and its cache, and must not be rescheduled.

import CLinux
import Glibc
public import Primitives

/// A running thread that its owner joins or abandons.
public struct NamedThread: ~Copyable, Sendable {
  private let thread: pthread_t

  private init(_ thread: pthread_t) { self.thread = thread }

  /// Runs `body` on a new thread called `name` (the kernel keeps 15 bytes), with all signals
  /// blocked. Fails when the system has no thread left.
  public static func start(
    name: String, body: @escaping @Sendable () -> Void
  ) throws(SystemFault) -> NamedThread {
    let duty = unsafe Unmanaged.passRetained(Duty(name: String(name.prefix(15)), body: body))
    var thread = pthread_t()
    // A thread inherits its creator's mask, so no signal can slip in before the body runs.
    let before = SignalMask.blockAll()
    let failed = unsafe pthread_create(
      &thread, nil,
      { duty in
        unsafe Unmanaged<Duty>.fromOpaque(duty!).takeRetainedValue().run()
        return nil
      }, duty.toOpaque())
    before.restore()
    if failed == 0 { return NamedThread(thread) }
    unsafe duty.release()
    throw SystemFault("pthread_create", errno: failed)
  }

  /// Waits until the body has returned.
  public consuming func join() { _ = pthread_join(thread, nil) }

  /// Waits until the body has returned, for at most `span`; then abandons the thread.
  public consuming func join(within span: TimeSpan) {
    if linux_join_thread(thread, span.nanoseconds) != 0 { _ = pthread_detach(thread) }
  }

  /// Lets the thread end on its own, without waiting for it.
  public consuming func abandon() { _ = pthread_detach(thread) }
}

private final class Duty: Sendable {
  private let name: String
  private let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    unsafe name.withCString { unsafe linux_name_thread($0) }
    body()
  }
}
