import API
import Primitives
import Reactor
import Redis
import Synchronization

/// What other threads want of a worker.
enum Message: Sendable {
  /// A name was looked up.
  case resolved(ResolvedEndpoint)
  /// Requests from now on are for these callers.
  case callers(CallerTable)
  /// Handshakes from now on show this certificate; a context for each worker.
  case identity([TLSHandover])
  /// Connections to Redis from now on trust these authorities and show this certificate; a context
  /// for each worker.
  case nodeIdentity([TLSHandover])
  /// Connections to Redis from now on say this user and password.
  case credentials(NodeCredentials)
  /// It is a client's turn to acquire the session's lock, if it still waits for that one; whether the lock
  /// is free as far as is known.
  case turn(LockLines.Waiter, isFree: Bool)
  /// Serve on for so long, then finish what is in flight and end.
  case drain(TimeSpan)
  /// Say that the loop turns, by adding one to the board's beats.
  case beat
  /// End.
  case stop
}

/// Where other threads leave messages for a worker, and the bell that wakes it.
final class Inbox: Sendable {
  let wake: Wake
  private let messages = Mutex<[Message]>([])

  init() throws(SystemFault) { wake = try Wake() }

  /// Leaves a message and rings.
  func put(_ message: Message) {
    messages.withLock { $0.append(message) }
    wake.signal()
  }

  /// Takes all messages.
  func takeAll() -> [Message] {
    wake.drain()
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
