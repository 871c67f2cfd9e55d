// What a worker remembers of a client besides its connection, which the server has. In a table by the
// tickets' indices: the server gives a place away only once it has told that its client is gone.

import API
import Primitives
import Sessions

/// What is remembered of a client from a request's head to its answer. What every request looks at comes
/// first, so that it is next to each other.
struct Client {
  /// The exchange under way.
  var exchange = Exchange()
  /// Whether its head has come and its answer is not made.
  var isInFlight = false
  /// Whether what it writes or removes releases the lock that it holds.
  var releasesLock = false
  /// The store's operation that is pending.
  var operation = Ticket.none
  /// The batch of touches that is pending.
  var batch: TouchBatch?
  /// The request's names in other logs, and its caller's for the access log.
  var correlation = Correlation()
  var caller = ""
  /// The versions that need not be sent again, where the exchange has validators.
  var ifNoneMatch = EntityTags()
  /// The session that it changes, for `Location` and for who waits for its lock. Of one that only reads
  /// none is kept: an id is as long as the rest.
  var id = SessionID()
}
