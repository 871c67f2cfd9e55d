import Reactor
import Synchronization

/// The outcome of a worker's start.
enum StartOutcome: Sendable {
  /// It accepts connections: from callers, and from operators if they have a listener of their own.
  case listening(Address, operators: Address?)
  /// It could not start.
  case failed(StartFault)
}

/// Where a starting worker reports its outcome, once, and where the first thread waits for it.
final class StartReport: Sendable {
  private let outcome = Mutex<StartOutcome?>(nil)
  private let bell: Bell

  init() throws(SystemFault) { bell = try Bell() }

  /// Reports the outcome.
  func put(_ outcome: StartOutcome) {
    self.outcome.withLock { $0 = outcome }
    bell.ring()
  }

  /// Waits for the outcome.
  func wait() -> StartOutcome {
    while true {
      if let outcome = outcome.withLock({ $0 }) { return outcome }
      bell.wait()
    }
  }
}
