// A listener by which clients come in: the callers' or the operators'. A door's number is its place
// in the server's slab, and its bit in the server's `knocks`.

import Reactor

/// A listener, and how the server treats its clients.
struct Door: ~Copyable {
  let listener: Listener
  /// Whether clients use TLS, provided the server has an identity.
  let isSecured: Bool

  init(_ listener: consuming Listener, isSecured: Bool) {
    self.listener = listener
    self.isSecured = isSecured
  }
}
