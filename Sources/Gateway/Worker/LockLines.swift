// The waiters for each session's lock in this gateway, first come, first served. Shared by the
// workers. A client joins its session's line before it asks the store, and leaves when it is
// answered. Whatever may have freed a lock looks up who is first in its line; while there are no
// lines, that costs one load of a number.
//
// Only the first in a line can acquire the lock. The others sleep until they are first, or ask the
// store only for what to answer a caller that does not wait, or for a lock that their caller may
// already have. The first asks again from time to time, to notice a lock that another gateway
// released or whose lease ran out. Bounded by the gateway's connections, each of which wants at
// most one lock.
//
// Rejected: joining the line only after a refusal (a client that arrives between a release and the
// first waiter's question would overtake the whole line), subscribing to a channel of Redis (one
// more connection for each node, and no message when a lease runs out), each waiter asking for
// itself (the store would see the polling that this avoids).

import Primitives
import Sessions
import Synchronization

/// A session, as a key.
struct SessionName: Hashable, Sendable {
  private let namespace: NamespaceIndex
  private let id: [UInt8]

  init(_ namespace: NamespaceIndex, _ id: borrowing SessionID) {
    self.namespace = namespace
    self.id = unsafe id.bytes.withUnsafeBytes { unsafe Array($0) }
  }
}

/// The lines of all sessions' locks.
final class LockLines: Sendable {
  /// A waiter: a worker's client, and a number that no other waiter ever had, because by the time
  /// it is woken the client may want another lock.
  struct Waiter: Equatable, Sendable {
    let inbox: Int
    let client: Ticket
    fileprivate let number: Int
  }

  private let lines = Mutex<[SessionName: [Waiter]]>([:])
  private let numbers = Atomic<Int>(0)
  private let waiting = Atomic<Int>(0)
  private let inboxes: [Inbox]

  /// Empty lines, for the workers with these inboxes, in the order of their numbers.
  init(_ inboxes: [Inbox]) { self.inboxes = inboxes }

  /// Whether there are no waiters.
  var isEmpty: Bool { waiting.load(ordering: .relaxed) == 0 }

  /// The number of waiters.
  var count: Int { waiting.load(ordering: .relaxed) }

  /// Puts a client of the worker with this inbox at the end of the session's line, and returns
  /// whether it is the first.
  func join(
    _ name: SessionName, inbox: Int, client: Ticket
  ) -> (waiter: Waiter, isFirst: Bool) {
    let number = numbers.add(1, ordering: .relaxed).newValue
    let waiter = Waiter(inbox: inbox, client: client, number: number)
    waiting.add(1, ordering: .relaxed)
    return lines.withLock { lines in
      lines[name, default: []].append(waiter)
      return (waiter, lines[name]!.count == 1)
    }
  }

  /// Takes a waiter out of the session's line. If that makes another one first, it is woken, and
  /// learns whether the lock may be free.
  func leave(_ name: SessionName, _ waiter: Waiter, mayBeFree: Bool) {
    let next: Waiter? = lines.withLock { lines in
      guard var line = lines[name], let place = line.firstIndex(of: waiter) else { return nil }
      waiting.subtract(1, ordering: .relaxed)
      line.remove(at: place)
      lines[name] = line.isEmpty ? nil : line
      return place == 0 ? line.first : nil
    }
    if let next { tell(next, mayBeFree: mayBeFree) }
  }

  /// The session's lock may be free: wakes the first in its line.
  func wake(_ name: SessionName) {
    if let first = lines.withLock({ $0[name]?.first }) {
      tell(first, mayBeFree: true)
    }
  }

  private func tell(_ waiter: Waiter, mayBeFree: Bool) {
    inboxes[waiter.inbox].put(.turn(waiter, mayBeFree: mayBeFree))
  }
}
