// Everything that can be wrong with a request. What is said about it is `ProblemKind`'s table;
// nothing of the request or the session is quoted.

public import HTTP
public import Sessions

/// Why a request is not answered as its sender hoped.
public enum Problem: Equatable, Sendable {
  /// HTTP itself refuses the request.
  case refusal(Refusal)
  /// A token is needed, and none is given.
  case tokenMissing
  /// The token is unknown or malformed.
  case tokenInvalid
  /// The caller's token lacks the right to do that.
  case rightMissing
  /// The path names no resource.
  case noSuchPath
  /// The resource does not have that method.
  case methodNotAllowed(Route)
  /// No resource has that method.
  case methodNotImplemented
  /// The session id is malformed.
  case malformedID
  /// A query parameter is unknown, repeated or malformed.
  case malformedQuery
  /// A timeout is not a whole number of seconds within the bounds, or is given twice.
  case malformedTimeout
  /// The namespace has no absolute timeout that could be shortened.
  case absoluteTimeoutNotAllowed
  /// `Session-Deadline` is not a whole number of seconds within the bounds.
  case malformedDeadline
  /// If-Match or If-None-Match is malformed, repeated, or both are given.
  case malformedCondition
  /// The method does not support that condition.
  case conditionNotSupported
  /// The content type is repeated, too long, or not a valid field value.
  case malformedContentType
  /// The content has a coding, which would be lost: only its content type is kept.
  case contentEncodingNotSupported
  /// The request would write a part of a session; only whole sessions are written.
  case contentRangeNotSupported
  /// The request has neither Content-Length nor chunks.
  case lengthRequired
  /// The body is larger than the gateway or the namespace allows.
  case bodyTooLarge
  /// The resource reads JSON, and the content is something else.
  case notJSON
  /// The content is not the JSON that the resource reads.
  case malformedJSON
  /// The request did not arrive in time.
  case requestTimeout
  /// There is no such session.
  case noSuchSession
  /// The condition did not hold. `present` is the session's version, if the condition listed
  /// versions and the session exists.
  case conditionFailed(present: SessionVersion?)
  /// The namespace requires a condition or a lock for each `PUT`.
  case conditionRequired
  /// The namespace requires a lock for each `PUT` that does not create a session.
  case lockRequired
  /// Another caller has held the lock for `age` seconds, and its lease ends in at most `retryAfter`
  /// seconds.
  case lockHeld(age: Int32, retryAfter: Int32)
  /// The caller does not hold the lock that it names.
  case lockLost
  /// `Session-Lock` is missing where it is required, repeated, or not a token.
  case malformedLock
  /// `Session-Lock-Request` is repeated, or not 8 to 64 of the characters allowed.
  case malformedLockRequest
  /// The lease is not a whole number of seconds within the namespace's bounds.
  case malformedLease
  /// `wait` is not a whole number of seconds within the bounds.
  case malformedWait
  /// The method does not take a lock.
  case lockNotSupported
  /// The gateway is draining.
  case draining
  /// One of the gateway's event loops stands still.
  case notLive
  /// The gateway is draining, or a part of its store does not serve.
  case notReady(drains: Bool)
  /// The clients' buffers are full of requests that arrive slowly and responses that are not read.
  case gatewayFull
  /// The store could not carry out the command, or it is unknown whether it did.
  case store(StoreFault)

  /// The problem for a refusal. A kind of problem has one title (RFC 9457 §3.1.3), so a body that
  /// is too large is the same problem whether its head or its chunks show it.
  public init(_ refusal: Refusal) {
    self = refusal == .bodyTooLarge ? .bodyTooLarge : .refusal(refusal)
  }

  /// The status to answer with.
  public var status: Int {
    if case .refusal(let refusal) = self { refusal.status } else { kind.report.status }
  }

  /// A stable name for programs. Each rule of HTTP that a request may break has its own.
  public var code: StaticString {
    if case .refusal(let refusal) = self { refusal.code } else { kind.code }
  }

  /// What this kind of problem is, for people.
  public var title: StaticString { kind.report.title }

  /// A sentence about the problem, for people.
  public var detail: StaticString {
    switch self {
    case .refusal(let refusal): refusal.detail
    case .notReady(drains: true): "It is shutting down."
    default: kind.report.detail
    }
  }

  /// Where the status leaves open whether the request was carried out: `no` or `unknown`; else nil.
  public var executed: StaticString? {
    switch status {
    case 503: "no"
    case 504: "unknown"
    default: nil
    }
  }

  /// After how many seconds a caller should try again; nil where that is pointless.
  public var retryAfter: Int? {
    if case .lockHeld(_, let seconds) = self { return Int(seconds) }
    return status == 503 ? 1 : nil
  }

  /// The value of `WWW-Authenticate`, where another token would help (RFC 6750 §3).
  var challenge: StaticString? {
    switch self {
    case .tokenMissing: #"Bearer realm="session-gateway""#
    case .tokenInvalid: #"Bearer realm="session-gateway", error="invalid_token""#
    case .rightMissing: #"Bearer realm="session-gateway", error="insufficient_scope""#
    default: nil
    }
  }

  /// The field that says which content would have been accepted (RFC 9110 §15.5.16).
  var accepts: (name: StaticString, value: StaticString)? {
    switch self {
    case .contentEncodingNotSupported: ("Accept-Encoding", "identity")
    case .notJSON: ("Accept", "application/json")
    default: nil
    }
  }

  /// Whether the connection cannot be used after the response.
  public var closesConnection: Bool {
    switch self {
    case .refusal, .requestTimeout, .draining, .gatewayFull, .bodyTooLarge, .lengthRequired: true
    default: false
    }
  }

  /// The kind under which the problem is counted.
  public var kind: ProblemKind {
    switch self {
    case .refusal: .refusal
    case .tokenMissing: .tokenMissing
    case .tokenInvalid: .tokenInvalid
    case .rightMissing: .rightMissing
    case .noSuchPath: .noSuchPath
    case .methodNotAllowed: .methodNotAllowed
    case .methodNotImplemented: .methodNotImplemented
    case .malformedID: .malformedID
    case .malformedQuery: .malformedQuery
    case .malformedTimeout: .malformedTimeout
    case .absoluteTimeoutNotAllowed: .absoluteTimeoutNotAllowed
    case .malformedDeadline: .malformedDeadline
    case .malformedCondition: .malformedCondition
    case .conditionNotSupported: .conditionNotSupported
    case .malformedContentType: .malformedContentType
    case .contentEncodingNotSupported: .contentEncodingNotSupported
    case .contentRangeNotSupported: .contentRangeNotSupported
    case .lengthRequired: .lengthRequired
    case .bodyTooLarge: .bodyTooLarge
    case .notJSON: .notJSON
    case .malformedJSON: .malformedJSON
    case .requestTimeout: .requestTimeout
    case .noSuchSession: .noSuchSession
    case .conditionFailed: .conditionFailed
    case .conditionRequired: .conditionRequired
    case .lockRequired: .lockRequired
    case .lockHeld: .lockHeld
    case .lockLost: .lockLost
    case .malformedLock: .malformedLock
    case .malformedLockRequest: .malformedLockRequest
    case .malformedLease: .malformedLease
    case .malformedWait: .malformedWait
    case .lockNotSupported: .lockNotSupported
    case .draining: .draining
    case .notLive: .notLive
    case .notReady: .notReady
    case .gatewayFull: .gatewayFull
    case .store(let fault): fault.problemKind
    }
  }
}

extension StoreFault {
  fileprivate var problemKind: ProblemKind {
    switch self {
    case .unavailable: .storeUnavailable
    case .overloaded: .storeOverloaded
    case .storeFull: .storeFull
    case .deadlinePassed: .deadlinePassed
    case .outcomeUnknown: .outcomeUnknown
    case .notPermitted: .storeRefusesGateway
    case .misconfigured: .storeRefusesCommand
    case .unreadable: .unreadableSession
    }
  }
}
