// What waits outside of all pipelines, in the order in which it began to wait: operations whose slot
// has no ready owner, that a node refused for a passing reason, or, if they are large, whose turn has
// not come. A pass takes out what is there and tries what is due; the rest is put back.
//
// Bounded by its limit. How much may wait for a node, and for a turn, is for the store to decide: it
// is counted here.

import Primitives

/// The queue of parked operations.
struct ParkingQueue: ~Copyable {
  /// How much waits for one reason.
  struct Load {
    var operations = 0
    /// The bytes of their commands.
    var bytes = 0

    fileprivate mutating func count(_ parked: borrowing ParkedOperation, by step: Int) {
      operations += step
      bytes += step * parked.bytes.count
    }
  }

  private var queue: Ring<ParkedOperation>
  /// What waits for a node or a time.
  private(set) var forNodes = Load()
  /// What waits only for its turn.
  private(set) var forTurns = Load()
  /// When the next pass is due; `.never` while nothing waits.
  private(set) var due = Instant.never

  init(limit: Int) { queue = Ring(limit: limit) }

  var isEmpty: Bool { queue.isEmpty }

  var isFull: Bool { queue.isFull }

  /// Adds an operation at the end, to be tried at `due`. The queue must not be full.
  mutating func append(_ parked: consuming ParkedOperation, until due: Instant) {
    parked.due = due
    self.due = min(self.due, due)
    count(parked, by: 1)
    let refused = queue.append(parked) != nil
    precondition(!refused, "every operation has a place to wait")
  }

  /// Takes out the operation that has waited longest.
  mutating func popFirst() -> ParkedOperation? {
    guard let parked = queue.popFirst() else { return nil }
    count(parked, by: -1)
    return parked
  }

  private mutating func count(_ parked: borrowing ParkedOperation, by step: Int) {
    if parked.awaitsTurn {
      forTurns.count(parked, by: step)
    } else {
      forNodes.count(parked, by: step)
    }
  }

  /// Begins a pass, and returns how many operations it takes: what is put back meanwhile has its
  /// turn in the next.
  mutating func beginPass() -> Int {
    due = .never
    return queue.count
  }

  /// Makes a pass due: some operations are due, have ended, or may go.
  mutating func schedulePass(at now: Instant) { due = now }

  /// Makes all operations due.
  mutating func makeAllDue(at now: Instant) {
    for place in 0..<queue.count { queue[place].due = now }
  }

  /// Takes out the operations that have ended; their buffers go to `spare`.
  mutating func dropEnded(
    _ operations: borrowing Slab<Operation>, to spare: inout BufferPool
  ) {
    for _ in 0..<queue.count {
      guard let parked = queue.popFirst() else { return }
      if operations.contains(parked.operation) {
        _ = queue.append(parked)
      } else {
        count(parked, by: -1)
        spare.give(parked.bytes)
      }
    }
  }
}
