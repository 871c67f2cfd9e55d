// Who wants which session's lock in this gateway: first come, first served. Shared by the workers. Who
// wants a lock joins its session's line before it asks the store, and leaves when it is answered; and
// whatever may have freed a lock looks up who is first. While nobody wants any, that is one load of a
// number.
//
// Only the first of a line can acquire; the others sleep until they are first, or ask for what to tell
// a caller who does not wait, or for a lock that its caller may have already. The first asks again now
// and then, so that a lock that another gateway released, or whose lease ran out, is noticed. Bounded
// by the gateway's connections, each of which wants one lock at most.
//
// Rejected: joining the line only after a refusal (who comes in the round trip between a release and
// the first waiter's question would overtake the whole line), a channel of Redis to subscribe to (a
// connection more for each node, and nobody says when a lease runs out), each waiter asking for itself
// (the store would see the polling that this spares).

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
  /// One who waits: a worker's client, and which of all that ever waited. The client may want another
  /// lock by the time that it is told of this one.
  struct Waiter: Equatable, Sendable {
    let inbox: Int
    let client: Ticket
    fileprivate let number: Int
  }

  private let lines = Mutex<[SessionName: [Waiter]]>([:])
  private let numbers = Atomic<Int>(0)
  private let waiting = Atomic<Int>(0)
  private let inboxes: [Inbox]

  /// Lines of nobody, for the workers with these inboxes, in the order of their numbers.
  init(_ inboxes: [Inbox]) { self.inboxes = inboxes }

  /// Whether nobody waits for anything.
  var isEmpty: Bool { waiting.load(ordering: .relaxed) == 0 }

  /// How many wait.
  var count: Int { waiting.load(ordering: .relaxed) }

  /// Puts the client of the worker with this inbox at the end of the session's line; says whether it is
  /// the first.
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

  /// Takes a waiter out of the session's line. Whoever is first then is told, and whether the lock may
  /// be free.
  func leave(_ name: SessionName, _ waiter: Waiter, isFree: Bool) {
    let next: Waiter? = lines.withLock { lines in
      guard var line = lines[name], let place = line.firstIndex(of: waiter) else { return nil }
      waiting.subtract(1, ordering: .relaxed)
      line.remove(at: place)
      lines[name] = line.isEmpty ? nil : line
      return place == 0 ? line.first : nil
    }
    if let next { tell(next, isFree: isFree) }
  }

  /// The session's lock may be free: the first of its line is told.
  func wake(_ name: SessionName) {
    if let first = lines.withLock({ $0[name]?.first }) {
      tell(first, isFree: true)
    }
  }

  private func tell(_ waiter: Waiter, isFree: Bool) {
    inboxes[waiter.inbox].put(.turn(waiter, isFree: isFree))
  }
}
