import Foundation
import Synchronization
import TestLab

/// Callers at work, each on a thread of its own.
final class HistoryRun: Sendable {
  private let isOver = Atomic(false)
  private let running = Atomic(0)

  /// Lets a caller ask again and again.
  func start(_ caller: HistoryCaller) {
    running.add(1, ordering: .relaxed)
    Thread.detachNewThread { [self] in
      var caller = caller
      while !isOver.load(ordering: .relaxed) { caller.turn() }
      running.subtract(1, ordering: .relaxed)
    }
  }

  /// Lets each finish its turn.
  func end() throws {
    isOver.store(true, ordering: .relaxed)
    try eventually("the callers have ended", within: .seconds(90)) {
      running.load(ordering: .relaxed) == 0
    }
  }
}
