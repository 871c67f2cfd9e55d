// A TLS context on its way to its worker. The reloading thread reads and checks the certificates:
// that takes a millisecond or more, in which an event loop would serve no clients.

import Reactor
import Synchronization

/// A context that one thread made for another, to be taken once.
final class TLSHandover: Sendable {
  private let context: Mutex<TLSContext?>

  /// A context for clients; reads and checks its files.
  init(_ settings: TLSServerSettings) throws(TLSSettingsFault) {
    context = Mutex(try TLSContext.server(settings))
  }

  /// A context for connections to Redis; reads and checks its files.
  init(_ settings: TLSClientSettings) throws(TLSSettingsFault) {
    context = Mutex(try TLSContext.client(settings))
  }

  /// The context; nil if it has been taken.
  func take() -> TLSContext? { context.withLock { $0.take() } }
}
