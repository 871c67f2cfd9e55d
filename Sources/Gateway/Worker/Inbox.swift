import API
import Primitives
import Reactor
import Redis
import Synchronization

/// What other threads ask of a worker.
enum Message: Sendable {
  /// The result of a name lookup.
  case resolved(ResolvedEndpoint)
  /// Admit these callers from now on.
  case callers(CallerTable)
  /// Present this certificate to new clients from now on; existing connections continue.
  case clientTLS(TLSHandover)
  /// Trust these authorities and present this certificate on new connections to Redis from now on.
  case nodeTLS(TLSHandover)
  /// Use this user and password on connections to Redis from now on.
  case credentials(NodeCredentials)
  /// It is a client's turn to acquire a session's lock, if it still waits for that lock. `mayBeFree`:
  /// whether the lock may be free.
  case turn(LockLines.Waiter, mayBeFree: Bool)
  /// Continue to serve for this long, then finish what is in flight and end.
  case drain(TimeSpan)
  /// Show that the loop runs, by adding one to the board's beats.
  case beat
  /// End.
  case stop
}

/// Where other threads leave messages for a worker, and the bell that wakes it.
final class Inbox: Sendable {
  let bell: Bell
  private let messages = Mutex<[Message]>([])

  init() throws(SystemFault) { bell = try Bell() }

  /// Leaves a message and rings the bell.
  func put(_ message: Message) {
    messages.withLock { $0.append(message) }
    bell.ring()
  }

  /// Takes all messages.
  func takeAll() -> [Message] {
    bell.silence()
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
