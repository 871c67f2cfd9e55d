// What a worker remembers of a client besides its connection, which belongs to the server. Stored
// in a table by the tickets' indices: the server reuses a place only after it has reported that its
// client is gone.

import API
import Primitives
import Sessions

/// A client's state from a request's head to its answer. Fields that every request uses come first,
/// so that they are adjacent in memory.
struct Client {
  /// The exchange in progress.
  var exchange = Exchange()
  /// Whether its head has arrived and its answer is not made yet.
  var isInFlight = false
  /// Whether its write or delete also releases the lock that it holds.
  var releasesLock = false
  /// The store operation that is pending.
  var operation = Ticket.none
  /// The batch of touches that is pending.
  var batch: TouchBatch?
  /// The request's ids for other logs, and its caller's name for the access log.
  var correlation = Correlation()
  var caller = ""
  /// The versions that the client already has, if the exchange has validators.
  var ifNoneMatch = EntityTags()
  /// The session that it changes, for `Location` and for those who wait for its lock. Not set for a
  /// read: an id is as large as all the rest.
  var id = SessionID()
}
