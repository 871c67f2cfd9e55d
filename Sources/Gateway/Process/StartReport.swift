import Reactor
import Synchronization

/// The outcome of a worker's start.
enum StartOutcome: Sendable {
  /// It accepts connections: from callers, and from operators if they have a listener of their own.
  case listening(Address, operators: Address?)
  /// It could not start.
  case failed(StartFault)
}

/// Where each starting worker reports its outcome, once, and where the first thread waits for it.
/// Workers start in turn and share it: each keeps it as long as it lives, and with it a descriptor.
final class StartReport: Sendable {
  private let outcome = Mutex<StartOutcome?>(nil)
  private let bell: Bell

  init() throws(SystemFault) { bell = try Bell() }

  /// Reports the outcome.
  func put(_ outcome: StartOutcome) {
    self.outcome.withLock { $0 = outcome }
    bell.ring()
  }

  /// Waits for the outcome of the worker that was started last.
  func wait() -> StartOutcome {
    while true {
      if let outcome = outcome.withLock({ $0.take() }) { return outcome }
      bell.wait()
    }
  }
}
