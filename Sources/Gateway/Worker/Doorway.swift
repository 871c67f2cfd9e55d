import Primitives
import Reactor

/// Where connections come in: the callers' listener, or the operators' own (`--admin-listen`).
struct Doorway: ~Copyable {
  /// Whom the listener is for.
  enum Purpose: Equatable, Sendable {
    /// Sessions, and operators too where they have no listener of their own.
    case everybody
    /// Sessions only.
    case callers
    /// Health, metrics and the contract only; plain HTTP.
    case operators
  }

  let listener: Listener
  let purpose: Purpose
  /// Connections wait in the kernel's queue, as far as is known.
  var mayAccept = true

  init(_ listener: consuming Listener, for purpose: Purpose) {
    self.listener = listener
    self.purpose = purpose
  }
}
