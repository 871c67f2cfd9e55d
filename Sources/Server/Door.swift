// A listener by which clients come in: the callers' or the operators' own. Its number is its place in
// the server's slab, and a bit of the server's `knocks`.

import Reactor

/// Where connections come in.
struct Door: ~Copyable {
  let listener: Listener
  /// Whether clients are encrypted, where the server has an identity.
  let isSecured: Bool

  init(_ listener: consuming Listener, isSecured: Bool) {
    self.listener = listener
    self.isSecured = isSecured
  }
}
