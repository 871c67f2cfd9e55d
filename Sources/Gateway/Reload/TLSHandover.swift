// A TLS context on its way to the worker it is for. Certificates are read and checked by the thread
// that reloads them: that takes a millisecond or more, in which a loop would serve nobody.

import Reactor
import Synchronization

/// A context that one thread made for another, to be taken once.
final class TLSHandover: Sendable {
  private let context: Mutex<TLSContext?>

  /// A context of clients', from files that are tried by this.
  init(_ settings: TLSServerSettings) throws(TLSSettingsFault) {
    context = Mutex(try TLSContext.server(settings))
  }

  /// A context for connections to Redis, from files that are tried by this.
  init(_ settings: TLSClientSettings) throws(TLSSettingsFault) {
    context = Mutex(try TLSContext.client(settings))
  }

  /// The context; nil when it was taken already.
  func take() -> TLSContext? { context.withLock { $0.take() } }
}
