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
  /// How many seconds the session lives at most that a `put` makes; 0 for as the namespace says.
  public var absoluteTimeout: Int32 = 0
  /// The list of entity tags of `Condition.matches`, as a request spells it.
  public var tags = ""
  /// The number of the lock that the caller says it holds; 0 for none.
  public var holding: UInt64 = 0
  /// The number of the lock that a `lock` gives out.
  public var fresh: UInt64 = 0
  /// The number of the caller's request of a lock; 0 for none.
  public var request: UInt64 = 0
  /// The lease in seconds.
  public var lease: Int32 = 30
  /// Whether a read must tell what was written last.
  public var needsLatest = false
  /// Whether a `put` releases the lock that it holds.
  public var unlocks = false
  /// Whether a `lock` or an `unlock` lets others come first.
  public var yields = false
  /// Whether a `lock` will probably be refused.
  public var expectsRefusal = false

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

  /// Acquires the lock of this number.
  public static func lock(_ id: String, _ fresh: UInt64, lease: Int32 = 30) -> Call {
    Call(.lock, id).changed {
      $0.fresh = fresh
      $0.lease = lease
    }
  }
  /// Starts the lease of a lock anew.
  public static func renew(_ id: String, _ lock: UInt64, lease: Int32 = 30) -> Call {
    Call(.renew, id).holding(lock).changed { $0.lease = lease }
  }
  /// Releases a lock.
  public static func unlock(_ id: String, _ lock: UInt64) -> Call {
    Call(.unlock, id).holding(lock)
  }

  /// The same call of one who says that it holds the lock of this number.
  public func holding(_ lock: UInt64) -> Call { changed { $0.holding = lock } }
  /// The same call of one who chose this number for its request of a lock.
  public func asking(_ request: UInt64) -> Call { changed { $0.request = request } }
  /// The same call, letting others come first.
  public var yielding: Call { changed { $0.yields = true } }
  /// The same call, by one that has been refused before.
  public var refusedBefore: Call { changed { $0.expectsRefusal = true } }
  /// The same call, releasing the lock too.
  public var unlocking: Call { changed { $0.unlocks = true } }
  /// The same call, whose answer must not be an older one.
  public var latest: Call { changed { $0.needsLatest = true } }
  /// The same call under the condition that the session has one of the versions of a list.
  public func when(tags: String) -> Call {
    changed {
      $0.condition = .matches
      $0.tags = tags
    }
  }
  /// The same call under the condition that the session has one of these versions.
  public func when(version versions: UInt64...) -> Call {
    when(tags: versions.map(Call.tag).joined(separator: ", "))
  }
  /// The same call with an absolute timeout of its own.
  public func absolute(_ seconds: Int32) -> Call { changed { $0.absoluteTimeout = seconds } }

  private static func tag(_ version: UInt64) -> String {
    let digits = String(version, radix: 16)
    return "\"\(String(repeating: "0", count: 16 - digits.count))\(digits)\""
  }

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
    command.absoluteTimeout = absoluteTimeout
    command.heldLock = LockToken(high: 0, low: holding)
    command.freshLock = LockToken(high: 0, low: fresh)
    command.lockRequest = LockRequest(high: 0, low: request)
    command.lease = lease
    command.unlocks = unlocks
    command.needsLatest = needsLatest
    command.yields = yields
    command.expectsRefusal = expectsRefusal
    command.deadline = deadline
    var request = Array("PUT /somewhere\r\n".utf8)
    command.contentType = ByteRange(request.count, request.count + contentType.count)
    request += contentType + Array("\r\nIf-Match:".utf8)
    command.versions = ByteRange(request.count, request.count + tags.utf8.count)
    request += Array(tags.utf8) + Array("\r\n\r\n".utf8)
    command.payload = ByteRange(request.count, request.count + payload.count)
    request += payload + Array("GET /next".utf8)
    return (command, request)
  }
}
