// A command in a form that a test can write down: texts and bytes come in, a `SessionCommand` and the
// request bytes that its ranges point into go out.

public import Primitives
public import Sessions

/// One command on one session, with its bytes.
public struct Call: Sendable {
  /// What is to be done.
  public var verb: Verb
  /// The session's id; must be one.
  public var id: [UInt8]
  /// The content type that a `put` keeps.
  public var contentType: [UInt8] = Array("text/plain".utf8)
  /// The payload that a `put` keeps.
  public var payload: [UInt8] = []
  /// The version that a `put` gives.
  public var version: UInt64 = 0
  /// What must be so for it to be done.
  public var condition: Condition = .none
  /// Which of `ContractNamespaces` it acts in.
  public var namespace: NamespaceIndex = ContractNamespaces.first
  /// The idle timeout in seconds that a `put` sets; 0 for the namespace's.
  public var idleTimeout: Int = 0

  /// A call in the first namespace without a condition.
  public init(_ verb: Verb, _ id: String) {
    self.verb = verb
    self.id = Array(id.utf8)
  }

  /// A `put` of a text, or of any bytes.
  public static func put(
    _ id: String, _ payload: String = "payload", version: UInt64, idleTimeout: Int = 0
  ) -> Call {
    var call = Call(.put, id)
    call.payload = Array(payload.utf8)
    call.version = version
    call.idleTimeout = idleTimeout
    return call
  }

  /// Reads and slides.
  public static func get(_ id: String) -> Call { Call(.get, id) }
  /// Reads and does not slide.
  public static func peek(_ id: String) -> Call { Call(.peek, id) }
  /// Reads no payload and does not slide.
  public static func inspect(_ id: String) -> Call { Call(.inspect, id) }
  /// Slides.
  public static func touch(_ id: String) -> Call { Call(.touch, id) }
  /// Removes.
  public static func delete(_ id: String) -> Call { Call(.delete, id) }

  /// The same call under a condition.
  public func when(_ condition: Condition) -> Call { changed { $0.condition = condition } }
  /// The same call in another namespace.
  public func within(_ namespace: NamespaceIndex) -> Call { changed { $0.namespace = namespace } }
  /// The same call with another content type.
  public func typed(_ contentType: String) -> Call {
    changed { $0.contentType = Array(contentType.utf8) }
  }
  /// The same call with other bytes to keep.
  public func carrying(_ payload: [UInt8]) -> Call { changed { $0.payload = payload } }

  private func changed(_ change: (inout Call) -> Void) -> Call {
    var call = self
    change(&call)
    return call
  }

  /// The command, and the request that its ranges point into: a head that is nobody's business, the
  /// content type, a gap, the payload, and bytes of the next request.
  public func prepared(deadline: Instant = .never) -> (command: SessionCommand, request: [UInt8]) {
    var command = SessionCommand(verb)
    for byte in id { precondition(command.id.append(byte), "a call's id is a session id") }
    command.condition = condition
    command.namespace = namespace
    command.version = SessionVersion(bits: version)
    command.ownIdleTimeout = idleTimeout
    command.deadline = deadline
    var request = Array("PUT /somewhere\r\n".utf8)
    command.contentType = ByteRange(request.count, request.count + contentType.count)
    request += contentType + Array("\r\n\r\n".utf8)
    command.payload = ByteRange(request.count, request.count + payload.count)
    request += payload + Array("GET /next".utf8)
    return (command, request)
  }
}
