// The TLS session of each link's last connection, so that the next one resumes it. A resumed session
// skips the check of the certificate: so none is given to another node in the same place, and none
// outlives the authorities that vouched for it.

import ClusterStore
import Primitives
import Reactor

/// TLS sessions by link.
struct TLSSessionCache: ~Copyable {
  private var sessions = Slab<TLSSession>(limit: 4 * ClusterLimits.nodes)
  /// Whose session is where, by the link's index.
  private var places: [(owner: Link, session: Ticket)] = []

  /// Keeps a session for the link's next connection, in place of an earlier one.
  mutating func keep(_ session: consuming TLSSession, of link: Link) {
    _ = take(of: link)
    while places.count <= Int(link.index) { places.append((.none, .none)) }
    places[Int(link.index)] = (link, sessions.insert(session))
  }

  /// Takes out the session of the link's last connection.
  mutating func take(of link: Link) -> TLSSession? {
    guard Int(link.index) < places.count else { return nil }
    let (owner, ticket) = places[Int(link.index)]
    let session = sessions.contains(ticket) ? sessions.remove(ticket) : nil
    return owner == link ? session : nil
  }

  mutating func removeAll() {
    for (_, ticket) in places where sessions.contains(ticket) { _ = sessions.remove(ticket) }
  }
}
