import Foundation
import Synchronization

/// Bodies of work, each on a thread of its own, since they block.
final class Crowd: Sendable {
  private let working = Atomic(0)
  private let reasons = Mutex<[String]>([])

  /// Starts a body; what it throws is a fault.
  func start(_ body: @escaping @Sendable () throws -> Void) {
    working.add(1, ordering: .relaxed)
    Thread.detachNewThread { [self] in
      do { try body() } catch { reasons.withLock { $0.append("\(error)") } }
      working.subtract(1, ordering: .releasing)
    }
  }

  /// Whether any body has not ended.
  var isAtWork: Bool { working.load(ordering: .acquiring) > 0 }

  /// What the bodies threw.
  var faults: [String] { reasons.withLock { $0 } }
}
