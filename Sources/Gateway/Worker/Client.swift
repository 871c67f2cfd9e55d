// What a worker remembers of a client besides its connection, which the server has. In a table by the
// tickets' indices: the server gives a place away only once it has told that its client is gone.

import API
import Primitives
import Sessions

/// What is remembered of a client from a request's head to its answer.
struct Client {
  /// The exchange under way.
  var exchange = Exchange()
  /// The session that it changes, for `Location` and for who waits for its lock. Of one that only reads
  /// none is kept: an id is as long as the rest.
  var id = SessionID()
  /// The request's names in other logs, and its caller's for the access log.
  var correlation = Correlation()
  var caller = ""
  /// Whether its head has come and its answer is not made.
  var isInFlight = false
  /// The store's operation that is pending.
  var operation = Ticket.none
  /// The batch of touches that is pending.
  var batch: TouchBatch?
}

/// All clients of a worker that ever asked. Not an array: an element of one is reached through a
/// coroutine, which allocates where the compiler does not see through it.
@safe
struct Clients: ~Copyable {
  private var base: UnsafeMutablePointer<Client>
  private var count: Int

  /// Places for no clients yet.
  init() {
    unsafe base = .allocate(capacity: 0)
    count = 0
  }

  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  /// What is remembered of a client, who was admitted.
  subscript(_ client: Ticket) -> Client {
    unsafeAddress {
      precondition(client.index < count, "a client is admitted first")
      return unsafe UnsafePointer(base + Int(client.index))
    }
    unsafeMutableAddress {
      precondition(client.index < count, "a client is admitted first")
      return unsafe base + Int(client.index)
    }
  }

  /// Makes sure that a client has its place.
  mutating func admit(_ client: Ticket) {
    if client.index >= count { grow(for: Int(client.index)) }
  }

  private mutating func grow(for index: Int) {
    let larger = max(8, 2 * count, index + 1)
    let table = UnsafeMutablePointer<Client>.allocate(capacity: larger)
    unsafe table.moveInitialize(from: base, count: count)
    unsafe (table + count).initialize(repeating: Client(), count: larger - count)
    unsafe base.deallocate()
    unsafe base = table
    count = larger
  }
}
