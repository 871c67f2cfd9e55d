// Everything that can be wrong with a request, and the one table of what is said about it
// (RFC 9457). A fault becomes a status here and nowhere else. Nothing of the request or the session
// is quoted.

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
  case noRoom
  /// The store could not carry out the command, or it is unknown whether it did.
  case store(StoreFault)

  /// The problem for a refusal. A kind of problem has one title (RFC 9457 §3.1.3), so a body that
  /// is too large is the same problem whether its head or its chunks show it.
  public init(_ refusal: Refusal) {
    self = refusal == .bodyTooLarge ? .bodyTooLarge : .refusal(refusal)
  }

  /// The status to answer with.
  public var status: Int { report.status }

  /// A stable name for programs. Each rule of HTTP that a request may break has its own.
  public var code: StaticString {
    if case .refusal(let refusal) = self { refusal.code } else { kind.code }
  }

  /// The kind under which the problem is counted.
  public var kind: ProblemKind { report.kind }

  /// What this kind of problem is, for people.
  public var title: StaticString { report.title }

  /// A sentence about the problem, for people.
  public var detail: StaticString { report.detail }

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

  /// Whether the connection cannot be used after the response.
  public var closesConnection: Bool {
    switch self {
    case .refusal, .requestTimeout, .draining, .noRoom, .bodyTooLarge, .lengthRequired: true
    default: false
    }
  }

  private typealias Report = (
    status: Int, kind: ProblemKind, title: StaticString, detail: StaticString
  )

  private var report: Report {
    switch self {
    case .refusal(let refusal):
      (refusal.status, .refusal, "The request is not acceptable HTTP.", refusal.detail)
    case .tokenMissing:
      (401, .tokenMissing, "A token is required.", "Send it as Authorization: Bearer.")
    case .tokenInvalid:
      (401, .tokenInvalid, "The token is not known.", "No caller here has that token.")
    case .rightMissing:
      (
        403, .rightMissing, "The token does not allow that.",
        "It lacks the right to read or to write."
      )
    case .noSuchPath:
      (404, .noSuchPath, "Nothing has this path.", "The contract at /openapi.yaml lists all paths.")
    case .methodNotAllowed:
      (405, .methodNotAllowed, "The method is not allowed here.", "Allow lists those that are.")
    case .methodNotImplemented:
      (
        501, .methodNotImplemented, "The method is not implemented.",
        "No resource here supports it."
      )
    case .noSuchSession:
      (404, .noSuchSession, "There is no such session.", "It was removed, or it expired.")
    case .conditionFailed:
      (412, .conditionFailed, "The condition does not hold.", "Nothing was changed.")
    case .conditionRequired:
      (
        428, .conditionRequired, "A condition is required.",
        "Send If-Match, or hold the lock, or create with If-None-Match: *."
      )
    case .lockRequired:
      (
        428, .lockRequired, "The lock is required.",
        "Acquire it and send its Session-Lock, or create with If-None-Match: *."
      )
    case .lockHeld:
      (423, .locked, "The session is locked.", "Session-Lock-Age says for how long.")
    case .lockLost:
      (409, .lockLost, "The lock is no longer yours.", "Nothing was changed.")
    case .requestTimeout:
      (408, .requestTimeout, "The request took too long.", "It did not arrive in time.")
    case .draining:
      (503, .draining, "The gateway is shutting down.", "Another one will serve the request.")
    case .notLive:
      (503, .notLive, "The gateway is stuck.", "An event loop makes no progress.")
    case .notReady(let drains):
      (
        503, .notReady, "The gateway is not ready.",
        drains ? "It is shutting down." : "Part of its store does not serve."
      )
    case .noRoom:
      (503, .gatewayFull, "The gateway is full.", "Slow clients fill its buffers.")
    case .store(let fault): Self.report(fault)
    case .malformedID, .malformedQuery, .malformedTimeout, .absoluteTimeoutNotAllowed,
      .malformedDeadline, .malformedCondition, .conditionNotSupported, .malformedContentType,
      .contentEncodingNotSupported, .contentRangeNotSupported, .lengthRequired, .bodyTooLarge,
      .notJSON, .malformedJSON, .malformedLock, .malformedLockRequest, .malformedLease,
      .malformedWait, .lockNotSupported:
      malformed
    }
  }

  /// The problems of requests that are well-formed HTTP but not what the resource reads.
  private var malformed: Report {
    switch self {
    case .malformedID:
      (400, .malformedID, "The session id is malformed.", "It must be 1 to 256 allowed bytes.")
    case .malformedQuery:
      (
        400, .malformedQuery, "The query is not understood.",
        "Give only known parameters, each once."
      )
    case .malformedTimeout:
      (
        400, .malformedTimeout, "The timeout is malformed.",
        "It must be 1 to 31536000 whole seconds."
      )
    case .absoluteTimeoutNotAllowed:
      (
        400, .absoluteTimeoutNotAllowed, "The absolute timeout cannot be set.",
        "It can only shorten the one that a namespace has."
      )
    case .malformedDeadline:
      (
        400, .malformedDeadline, "The deadline is malformed.",
        "It must be 1 to 31536000 whole seconds."
      )
    case .malformedCondition:
      (
        400, .malformedCondition, "The condition is malformed.",
        "It must be * or a list of tags, once."
      )
    case .malformedLock:
      (400, .malformedLock, "The lock token is malformed.", "Send the Session-Lock that lock gave.")
    case .malformedLockRequest:
      (
        400, .malformedLockRequest, "The lock request is malformed.",
        "It must be 8 to 64 of A-Z a-z 0-9 - _, once."
      )
    case .malformedLease:
      (
        400, .malformedLease, "The lease is malformed.",
        "It must be whole seconds, up to 3600 or the namespace's limit."
      )
    case .malformedWait:
      (400, .malformedWait, "The wait is malformed.", "It must be 0 to 60 whole seconds.")
    case .lockNotSupported:
      (400, .lockNotSupported, "A lock is not supported here.", "See the contract.")
    case .conditionNotSupported:
      (400, .conditionNotSupported, "The condition is not supported here.", "See the contract.")
    case .malformedContentType:
      (
        400, .malformedContentType, "The content type is malformed.",
        "It must be at most 255 bytes."
      )
    case .contentEncodingNotSupported:
      (415, .contentEncoding, "The content is encoded.", "Send it without Content-Encoding.")
    case .contentRangeNotSupported:
      (400, .contentRange, "A session is written whole.", "Send it without Content-Range.")
    case .lengthRequired:
      (411, .lengthRequired, "The body has no length.", "Send Content-Length, or use chunks.")
    case .bodyTooLarge:
      (413, .bodyTooLarge, "The body is too large.", "It exceeds what is allowed here.")
    case .notJSON:
      (415, .notJSON, "The content is not JSON.", "Send it as application/json.")
    case .malformedJSON:
      (400, .malformedJSON, "The JSON is not understood.", "Send an object with a list of ids.")
    default: preconditionFailure("`report` says what else there is")
    }
  }

  private static func report(_ fault: StoreFault) -> Report {
    switch fault {
    case .unavailable:
      (503, .storeUnavailable, "The store is unavailable.", "No node could be asked.")
    case .overloaded:
      (503, .storeOverloaded, "The store is overloaded.", "Too many requests wait for it already.")
    case .storeFull:
      (503, .storeFull, "The store is full.", "There is no room for the session.")
    case .deadlinePassed:
      (503, .deadlinePassed, "The deadline passed.", "The store could not be asked in time.")
    case .outcomeUnknown:
      (504, .outcomeUnknown, "The store did not answer.", "The request may have been carried out.")
    case .notPermitted:
      (503, .storeRefusesGateway, "The store refuses the gateway.", "Its operator must act.")
    case .misconfigured:
      (503, .storeRefusesCommand, "The store refuses the command.", "Its operator must act.")
    case .unreadable:
      (500, .unreadableSession, "The session cannot be read.", "Something else is stored there.")
    }
  }
}
