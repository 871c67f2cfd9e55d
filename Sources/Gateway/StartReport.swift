import Reactor
import Synchronization

/// How a worker's start went.
enum StartOutcome: Sendable {
  /// It accepts connections: from callers, and from operators if they have a listener of their own.
  case listening(Address, operators: Address?)
  /// It could not start.
  case failed(StartFault)
}

/// Where a starting worker says how it went, once, and the first thread waits for that.
final class StartReport: Sendable {
  private let outcome = Mutex<StartOutcome?>(nil)
  private let bell: Wake

  init() throws(SystemFault) { bell = try Wake() }

  /// Says how it went.
  func put(_ outcome: StartOutcome) {
    self.outcome.withLock { $0 = outcome }
    bell.signal()
  }

  /// Waits for the worker to say it.
  func wait() -> StartOutcome {
    while true {
      if let outcome = outcome.withLock({ $0 }) { return outcome }
      bell.wait()
    }
  }
}
