// The ways in: a listener for callers, and perhaps one for operators.

import Reactor

/// Whom a listener is for.
public enum Door: Sendable {
  /// Front-ends; TLS if the server has an identity.
  case callers
  /// Monitors and scrapers; always plain. A number of places is reserved for them
  /// (`Bounds.reserved`).
  case operators
}

/// An open door.
struct OpenDoor: ~Copyable {
  let listener: Listener
  let door: Door
  /// Whether connections wait in the kernel's queue, as far as is known.
  var hasKnocks = false

  init(_ listener: consuming Listener, for door: Door) {
    self.listener = listener
    self.door = door
  }
}
