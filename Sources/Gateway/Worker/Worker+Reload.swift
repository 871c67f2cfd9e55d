// What a worker takes from a reload (`Reload`).

import Reactor
import Server

extension Worker where Store: ~Copyable {
  /// Uses other certificates for connections to Redis from now on.
  mutating func adoptNodeIdentity(_ handovers: [TLSHandover]) {
    if let context = handovers[number].take() { backend.adopt(context) }
  }

  /// Presents another certificate to new clients from now on; existing connections continue.
  mutating func adopt(_ handovers: [TLSHandover]) {
    if let context = handovers[number].take() { server.identity = consume context }
  }
}
