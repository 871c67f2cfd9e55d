// What a reload hands to a worker (`Reload`).

import Reactor
import Server

extension Worker where Store: ~Copyable {
  /// Makes connections to Redis with other certificates from now on.
  mutating func renewNodes(_ handovers: [TLSHandover]) {
    if let context = handovers[number].take() { backend.renew(context) }
  }

  /// Shows another certificate to clients that come from now on; the connections there are go on.
  mutating func renew(_ handovers: [TLSHandover]) {
    if let context = handovers[number].take() { server.identity = consume context }
  }
}
