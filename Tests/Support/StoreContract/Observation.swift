// What a store answered, as a value that can be compared: an outcome and the reply's bytes come in.
// Its description counts bytes and does not show them.

public import Primitives
public import Sessions

/// What a harness saw after it performed a call.
public enum Observation: Equatable, Sendable {
  /// A session was found.
  case found(FoundSession)
  /// A `put` made a session of this version.
  case created(version: UInt64)
  /// A `put` replaced a session by this version.
  case replaced(version: UInt64)
  /// The idle timeout starts anew.
  case touched
  /// The session is gone.
  case deleted
  /// There is no such session.
  case missing
  /// The condition did not hold; the session has this version, where versions were listed.
  case conditionFailed(present: UInt64? = nil)
  /// The caller holds the lock.
  case locked(FoundSession, lock: UInt64, expiresIn: Int)
  /// Somebody else holds the lock.
  case lockHeld(age: Int, retryAfter: Int)
  /// The caller does not hold the lock.
  case lockLost
  /// The lease starts anew.
  case renewed
  /// The lock is free.
  case unlocked
  /// The store could not do it.
  case fault(StoreFault)
  /// The facts and the reply's bytes contradict each other or the store's contract.
  case malformed(String)

  /// What `outcome` and, for a found session, the reply say.
  public init(_ outcome: Outcome, reply: borrowing ByteBuffer) {
    switch outcome {
    case .found(let facts): self = Self.found(facts, reply: reply)
    case .created(let version): self = .created(version: version.bits)
    case .replaced(let version): self = .replaced(version: version.bits)
    case .touched: self = .touched
    case .deleted: self = .deleted
    case .missing: self = .missing
    case .conditionFailed(let present): self = .conditionFailed(present: present?.bits)
    case .lockHeld(let age, let retryAfter):
      self = .lockHeld(age: Int(age), retryAfter: Int(retryAfter))
    case .lockLost: self = .lockLost
    case .renewed: self = .renewed
    case .unlocked: self = .unlocked
    case .locked(let facts, let grant):
      let found = Self.found(facts, reply: reply)
      if case .found(let session) = found {
        self = .locked(session, lock: grant.token.low, expiresIn: Int(grant.expiresIn))
      } else {
        self = found
      }
    case .fault(let fault): self = .fault(fault)
    }
  }

  private static func found(_ facts: SessionFacts, reply: borrowing ByteBuffer) -> Observation {
    guard facts.contentType.upper <= reply.count, facts.payload.upper <= reply.count else {
      return .malformed("a range leaves the reply")
    }
    guard facts.payload.upper == reply.count else {
      return .malformed("the payload is not at the reply's end")
    }
    guard reply.start + Int(facts.payload.lower) >= replyHeadroom else {
      return .malformed("there is no room for a head in front of the payload")
    }
    return .found(
      FoundSession(
        version: facts.version.bits, expiresIn: facts.expiresIn,
        contentType: bytes(of: reply, in: facts.contentType), payloadLength: facts.payloadLength,
        payload: bytes(of: reply, in: facts.payload)))
  }

  private static func bytes(of reply: borrowing ByteBuffer, in range: ByteRange) -> [UInt8] {
    unsafe reply.bytes.extracting(range.indices).withUnsafeBytes { unsafe Array($0) }
  }
}

/// A found session, its bytes copied out.
public struct FoundSession: Equatable, Sendable, CustomStringConvertible {
  /// Which write of the session this is.
  public var version: UInt64
  /// After how many seconds without use it ends.
  public var expiresIn: Int
  /// The content type.
  public var contentType: [UInt8]
  /// How many bytes the payload has, also where it is not given.
  public var payloadLength: Int
  /// The payload; empty after `inspect`.
  public var payload: [UInt8]

  /// A found session from its parts.
  public init(
    version: UInt64, expiresIn: Int, contentType: [UInt8], payloadLength: Int, payload: [UInt8]
  ) {
    self.version = version
    self.expiresIn = expiresIn
    self.contentType = contentType
    self.payloadLength = payloadLength
    self.payload = payload
  }

  /// The numbers, and how many bytes there are of the rest.
  public var description: String {
    "version \(version), expires in \(expiresIn) s, \(contentType.count) bytes of content type, "
      + "\(payload.count) of \(payloadLength) bytes of payload"
  }
}
